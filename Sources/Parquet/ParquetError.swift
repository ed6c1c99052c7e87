/// Why a Parquet file cannot be read or written: where, what, and what to do.
///
/// Names in a file may stand in it, so it is made safe to print: control characters, which a
/// terminal would obey, are spelled out, and a long text loses its middle.
public struct ParquetError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Where it happened.
    public private(set) var place: ParquetPlace

    /// What failed, without the place.
    public let reason: String

    /// What the user can do about it; nil where there is nothing to say.
    public let hint: String?

    /// Unicode scalars that a reason or a hint has at most.
    static let longest = 1000

    /// What a file that is not whole asks for.
    public static let truncated = "the file looks truncated or damaged; get it again"

    /// An error with an optional hint and place.
    public init(_ reason: String, hint: String? = nil, place: ParquetPlace = ParquetPlace()) {
        self.reason = Self.printable(reason)
        self.hint = hint.map(Self.printable)
        self.place = place
    }

    /// The place and the reason in one line.
    public var message: String {
        let place = "\(place)"
        return place.isEmpty ? reason : "\(place): \(reason)"
    }

    /// The message, with the hint on a line of its own.
    public var description: String { hint.map { "\(message)\nhint: \($0)" } ?? message }

    /// The same error; what its place lacks is taken from `outer`.
    func at(_ outer: ParquetPlace) -> ParquetError {
        var error = self
        error.place = place.within(outer)
        return error
    }

    /// `text` in a form that a terminal shows as it is.
    static func printable(_ text: String) -> String {
        let scalars = text.unicodeScalars
        func isControl(_ scalar: Unicode.Scalar) -> Bool {
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
        }
        // Bytes bound scalars, and are counted without a walk.
        let isLong = text.utf8.count > longest && scalars.count > longest
        guard isLong || scalars.contains(where: isControl) else { return text }
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
            append(scalars)
            return result
        }
        append(scalars.prefix(longest * 3 / 4))
        result += " … "
        append(scalars.suffix(longest / 4 - 3))
        return result
    }
}
