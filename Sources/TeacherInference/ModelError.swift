/// Why a model or one of its files cannot be used: what, where, expected and found, and what to do.
///
/// A file's own words may stand in it, so it is made safe to print: of more than
/// ``longest`` characters only the beginning and the end are kept, and control characters, which a
/// terminal would obey, are spelled out.
public struct ModelError: ExplainedError, Sendable, Equatable {
    /// What failed, with the file, the thing in it, what was expected and what was found.
    public let message: String

    /// What the user can do about it.
    public let hint: String?

    /// Unicode scalars that a message or a hint has at most.
    public static let longest = 1000

    /// An error with an optional hint.
    public init(_ message: String, hint: String? = nil) {
        self.message = Self.printable(message)
        self.hint = hint.map(Self.printable)
    }

    private static func printable(_ text: String) -> String {
        // Bytes bound scalars, and are counted without a walk.
        let isLong = text.utf8.count > longest && text.unicodeScalars.count > longest
        func isControl(_ scalar: Unicode.Scalar) -> Bool {
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
        }
        guard isLong || text.unicodeScalars.contains(where: isControl) else { return text }
        var result = ""
        func append(_ scalars: some Sequence<Unicode.Scalar>) {
            for scalar in scalars {
                if isControl(scalar) {
                    result += scalar.escaped(asASCII: true)
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        guard isLong else {
            append(text.unicodeScalars)
            return result
        }
        append(text.unicodeScalars.prefix(longest * 3 / 4))
        result += " … "
        append(text.unicodeScalars.suffix(longest / 4 - 3))
        return result
    }
}
