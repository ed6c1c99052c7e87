extension OutputRow {
    /// The members of a line, in their order.
    private static let members: [StaticString] = [
        "id", "chunk", "text", "domain", "score", "teacher_nll", "reference_nll", "tokens", "rank",
        "start", "end", "final", "fields",
    ]

    /// Reads a line that ``write(to:keepFields:)`` wrote, without its end.
    ///
    /// - Parameters:
    ///   - line: the bytes of one JSON object.
    ///   - keepFields: whether it ends in `fields`.
    /// - Throws: ``RefineryError`` for what is no line of an export.
    public init(line: UnsafeRawBufferPointer, keepFields: Bool) throws {
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
        let reader = MemberReader(scanner: scanner, values: values)
        document = try reader.text(0)
        ordinal = try reader.isNull(1) ? nil : reader.integer(1)
        text = try reader.text(2)
        domain = try reader.isNull(3) ? nil : reader.text(3)
        score = try reader.double(4)
        teacherNLL = try reader.double(5)
        referenceNLL = try reader.double(6)
        tokens = try reader.integer(7)
        rank = try reader.integer(8)
        let (start, end) = (try reader.integer(9), try reader.integer(10))
        guard start <= end else { throw Self.unexpected("it ends before it starts") }
        range = start..<end
        isFinal = try reader.boolean(11)
        fields = try keepFields && !reader.isNull(12) ? reader.object(12) : nil
    }

    fileprivate static func unexpected(_ what: String) -> RefineryError {
        RefineryError(
            .output, "a row that arrived is no row of an export: \(what)",
            hint: "refinectl and refineryd are of different versions")
    }

    fileprivate static func name(of member: Int) -> StaticString { members[member] }
}

extension UnsafeRawBufferPointer {
    /// Whether the bytes of a key are the name of an export's member.
    fileprivate func name(_ key: Range<Int>, is member: Int) -> Bool {
        let name = OutputRow.name(of: member)
        // SAFETY: a static string's bytes live as long as the program.
        return self[key].elementsEqual(
            UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }
}

/// The values of one line.
private struct MemberReader {
    let scanner: JSONScanner
    let values: [JSONScanner.Value]

    func isNull(_ member: Int) -> Bool { values[member].kind == .null }

    func text(_ member: Int) throws -> [UInt8] {
        guard values[member].kind == .string else { throw wrong(member) }
        return scanner.text(values[member])
    }

    func integer(_ member: Int) throws -> Int {
        guard values[member].kind == .number, let value = Int(raw(member)), value >= 0 else {
            throw wrong(member)
        }
        return value
    }

    func double(_ member: Int) throws -> Double {
        guard values[member].kind == .number, let value = Double(raw(member)), value.isFinite
        else { throw wrong(member) }
        return value
    }

    func boolean(_ member: Int) throws -> Bool {
        guard values[member].kind == .boolean else { throw wrong(member) }
        return scanner.bytes[values[member].range].first == UInt8(ascii: "t")
    }

    func object(_ member: Int) throws -> [UInt8] {
        guard values[member].kind == .object else { throw wrong(member) }
        return Array(scanner.bytes[values[member].range])
    }

    private func raw(_ member: Int) -> String {
        String(decoding: scanner.bytes[values[member].range], as: UTF8.self)
    }

    private func wrong(_ member: Int) -> RefineryError {
        OutputRow.unexpected(
            "\(OutputRow.name(of: member)) is a \(values[member].kind.rawValue), \(raw(member).prefix(40))"
        )
    }
}
