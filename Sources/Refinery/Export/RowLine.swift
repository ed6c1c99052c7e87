/// A line of an export that arrived: its members are there, in their order and of their kinds.
///
/// It is valid as long as the bytes are that it was made of.
public struct RowLine {
    /// The members of a line, in their order, with what each may be.
    private static let members: [(name: StaticString, kinds: [JSONScanner.Kind])] = [
        ("id", [.string]), ("chunk", [.number, .null]), ("text", [.string]),
        ("domain", [.string, .null]), ("score", [.number]), ("teacher_nll", [.number, .null]),
        ("reference_nll", [.number]), ("tokens", [.number]), ("rank", [.number]),
        ("start", [.number]), ("end", [.number]), ("final", [.boolean]),
        ("fields", [.object, .null]),
    ]

    /// The line, without its end.
    let bytes: UnsafeRawBufferPointer
    private let scanner: JSONScanner
    private let values: [JSONScanner.Value]

    /// Reads a line that `OutputRow.write(to:keepFields:)` wrote, without its end.
    ///
    /// - Parameters:
    ///   - line: the bytes of one JSON object.
    ///   - keepFields: whether it ends in `fields`.
    /// - Throws: ``RefineryError`` for what is no line of an export.
    public init(_ line: UnsafeRawBufferPointer, keepFields: Bool) throws {
        let count = Self.members.count - (keepFields ? 0 : 1)
        // `fields` lies one level deeper here than in the document's own line.
        var scanner = JSONScanner(line, holdsLine: true)
        var values: [JSONScanner.Value] = []
        values.reserveCapacity(count)
        var isExpected = true
        do throws(JSONError) {
            scanner.skipSpace()
            guard scanner.next == UInt8(ascii: "{") else { throw scanner.expected("an object") }
            try scanner.object { member in
                let place = values.count
                isExpected = isExpected && place < count && line.name(member.key, is: place)
                values.append(member.value)
            }
            try scanner.end()
        } catch {
            throw Self.unexpected(error.message)
        }
        guard isExpected, values.count == count else {
            throw Self.unexpected("its members are not those of an export")
        }
        bytes = line
        self.scanner = scanner
        self.values = values
        for (place, value) in values.enumerated()
        where !Self.members[place].kinds.contains(value.kind) { throw wrong(place) }
    }

    /// The text as JSON has it, between the quotes.
    public var escapedText: UnsafeRawBufferPointer {
        let range = values[2].range
        return UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound + 1..<range.upperBound - 1])
    }

    /// Whether the line ends in `fields`.
    var hasFields: Bool { values.count == Self.members.count }

    /// Whether a member is null.
    func isNull(_ member: Int) -> Bool { values[member].kind == .null }

    /// A string's bytes, without escapes.
    func text(_ member: Int) -> [UInt8] { scanner.text(values[member]) }

    /// A number that is not negative.
    func integer(_ member: Int) throws -> Int {
        guard let value = Int(raw(member)), value >= 0 else { throw wrong(member) }
        return value
    }

    /// A finite number.
    func double(_ member: Int) throws -> Double {
        guard let value = Double(raw(member)), value.isFinite else { throw wrong(member) }
        return value
    }

    /// Whether a member is true.
    func boolean(_ member: Int) -> Bool {
        bytes[values[member].range].first == UInt8(ascii: "t")
    }

    /// An object's bytes.
    func object(_ member: Int) -> [UInt8] { Array(bytes[values[member].range]) }

    /// The error of a line that is no line of an export.
    static func unexpected(_ what: String) -> RefineryError {
        RefineryError(
            .output, "a row that arrived is no row of an export: \(what)",
            hint: "refinectl and refineryd are of different versions")
    }

    fileprivate static func name(of member: Int) -> StaticString { members[member].name }

    private func raw(_ member: Int) -> String {
        String(decoding: bytes[values[member].range], as: UTF8.self)
    }

    private func wrong(_ member: Int) -> RefineryError {
        Self.unexpected(
            "\(Self.name(of: member)) is a \(values[member].kind.rawValue), "
                + "\(raw(member).prefix(40))")
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the bytes of a key are the name of an export's member.
    fileprivate func name(_ key: Range<Int>, is member: Int) -> Bool {
        let name = RowLine.name(of: member)
        // SAFETY: a static string's bytes live as long as the program.
        return self[key].elementsEqual(
            UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }
}
