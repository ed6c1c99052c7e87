import Foundation

/// The objects of `--json`: one a line, keys in a stable order.
enum JSONOutput {
    /// `value` as one line of JSON with a newline at the end.
    static func line(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return "{}\n" }
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    /// Prints each value on a line of stdout.
    static func print(_ values: [some Encodable]) {
        for value in values { StandardOutput.write(line(value)) }
    }
}
