import Refinery
import TOMLKit

/// One key of the configuration file: its place, its type, what it may be, and how it is printed.
struct ConfigurationKey: Sendable {
    /// The table that it is in; nil at the top level.
    var table: String?
    /// Its name in that table.
    let name: String
    /// What it must be, for people: `an integer`.
    let kind: String
    /// Takes a value of the file; false where the value is of another type.
    let take: @Sendable (any TOMLValueConvertible, inout Configuration) -> Bool
    /// The value as TOML.
    let toml: @Sendable (Configuration) -> String
    /// What is wrong with the value, in words; nil where nothing is.
    private(set) var problem: @Sendable (Configuration) -> String?

    /// A place in the configuration that keys may be made of.
    typealias Place<Value> = WritableKeyPath<Configuration, Value> & Sendable

    /// The name with its table: `teacher.path`.
    var path: String { (table.map { $0 + "." } ?? "") + name }

    /// A key in a table.
    func within(_ table: String) -> ConfigurationKey {
        var key = self
        key.table = table
        return key
    }

    /// A key whose value is judged beside others, by `problem` alone.
    func checked(
        _ problem: @escaping @Sendable (Configuration) -> String?
    ) -> ConfigurationKey {
        var key = self
        key.problem = problem
        return key
    }

    /// A text; `problem` says what is wrong with it.
    static func string(
        _ name: String, _ place: any Place<String>,
        problem: @escaping @Sendable (String) -> String? = { _ in nil }
    ) -> ConfigurationKey {
        key(name, "a string", place, { $0.string }, quoted) { problem($0[keyPath: place]) }
    }

    /// A text that is nil where it is empty.
    static func optionalString(
        _ name: String, _ place: any Place<String?>
    ) -> ConfigurationKey {
        key(
            name, "a string", place,
            { found in found.string.map { $0.isEmpty ? String?.none : $0 } },
            { quoted($0 ?? "") }
        ) { _ in nil }
    }

    /// A list of texts.
    static func strings(_ name: String, _ place: any Place<[String]>) -> ConfigurationKey {
        key(name, "a list of strings", place, texts) {
            "[" + $0.map(quoted).joined(separator: ", ") + "]"
        } problem: { _ in
            nil
        }
    }

    /// A truth value.
    static func boolean(_ name: String, _ place: any Place<Bool>) -> ConfigurationKey {
        key(name, "true or false", place, { $0.bool }, { "\($0)" }) { _ in nil }
    }

    /// A whole number in a range; `words` describe one of its bounds.
    static func integer(
        _ name: String, _ place: any Place<Int>, _ range: ClosedRange<Int>, words: String? = nil
    ) -> ConfigurationKey {
        key(name, "an integer", place, { $0.int }, { "\($0)" }) {
            range.contains($0[keyPath: place])
                ? nil : "\(name) must be \(words ?? "\(range.lowerBound) to \(range.upperBound)")"
        }
    }

    /// A number in a range; `words` describe it.
    static func number(
        _ name: String, _ place: any Place<Double>, _ range: ClosedRange<Double>, words: String
    ) -> ConfigurationKey {
        key(name, "a number", place, { $0.double ?? $0.int.map(Double.init) }, { "\($0)" }) {
            range.contains($0[keyPath: place]) ? nil : "\(name) must be \(words)"
        }
    }

    private static func key<Value>(
        _ name: String, _ kind: String, _ place: any Place<Value>,
        _ read: @escaping @Sendable (any TOMLValueConvertible) -> Value?,
        _ toml: @escaping @Sendable (Value) -> String,
        problem: @escaping @Sendable (Configuration) -> String?
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name, kind: kind,
            take: { found, configuration in
                guard let value = read(found) else { return false }
                configuration[keyPath: place] = value
                return true
            }, toml: { toml($0[keyPath: place]) }, problem: problem)
    }

    private static func texts(_ found: any TOMLValueConvertible) -> [String]? {
        guard let list = found.array.map(Array.init) else { return nil }
        let texts = list.compactMap(\.string)
        return texts.count == list.count ? texts : nil
    }

    /// A TOML basic string.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
