import Crypto

/// A file of document ids that a rule excludes, as the rule names it.
public struct IDListFile: Codable, Sendable, Equatable {
    /// The last part of the file's path, for people.
    public var file: String
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    public var sha256: String
    /// Whether other documents' exact copies of an excluded text go, too.
    public var andCopies: Bool

    /// A file of those bytes.
    public init(file: String, bytes: [UInt8], andCopies: Bool) {
        self.file = file
        sha256 = Self.digest(bytes)
        self.andCopies = andCopies
    }

    /// SHA-256 of a file's bytes, in hexadecimal.
    public static func digest(_ bytes: [UInt8]) -> String { Hex.sha256(of: bytes) }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case file, sha256
        case andCopies = "and_copies"
    }

    /// Reads the object; every key must be there, and no other.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.allCases.map(\.rawValue))
        let values = try decoder.container(keyedBy: CodingKeys.self)
        file = try values.decode(String.self, forKey: .file)
        sha256 = try values.decode(String.self, forKey: .sha256)
        andCopies = try values.decode(Bool.self, forKey: .andCopies)
    }

    /// Throws where it cannot name anything in a store.
    func validate() throws {
        guard sha256.utf8.count == 64,
            sha256.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
            (1...255).contains(file.utf8.count),
            file.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f })
        else {
            throw RefineryError(
                .invalid, "a file of ids has a name and a SHA-256 of 64 hexadecimal digits")
        }
    }
}

/// The ids of a file: of one corpus, or of whatever corpus has them.
public struct IDList: Sendable, Equatable {
    /// An id of the file.
    public struct Entry: Sendable, Hashable {
        /// The corpus, nil for all.
        public var corpus: String?
        /// The document's id.
        public var id: [UInt8]
    }

    /// Each id once, in the file's order.
    public private(set) var entries: [Entry] = []

    /// Reads a file with one id a line, or a JSON object.
    ///
    /// It is JSONL with `id` and, if wanted, `corpus` where the name ends in .jsonl, .ndjson or
    /// .json. Blank lines are passed over.
    ///
    /// - Throws: ``RefineryError`` that names the line which is no id.
    public init(_ bytes: [UInt8], name: String) throws {
        let isJSON = [".jsonl", ".ndjson", ".json"].contains { name.hasSuffix($0) }
        if Compression(path: name) != .none {
            throw RefineryError(
                .input, "\(name) is compressed, and a file of ids is read as it is",
                hint: "gzip -d or zstd -d it first")
        }
        var seen: Set<Entry> = []
        var splitter = LineSplitter()
        func add(_ number: Int, _ line: LineSplitter.Line) throws {
            guard case .bytes(let text) = line else {
                throw RefineryError(.input, "\(name):\(number): the line is too long for an id")
            }
            let entry = try isJSON ? Self.json(text, "\(name):\(number)") : Self.plain(text)
            guard let entry, seen.insert(entry).inserted else { return }
            entries.append(entry)
        }
        try bytes.withUnsafeBytes { try splitter.feed($0, add) }
        try splitter.finish(add)
        guard !entries.isEmpty else {
            throw RefineryError(
                .input, "\(name) holds no id",
                hint: "one document id a line, or .jsonl with {\"id\": …, \"corpus\": …}")
        }
    }

    private static func plain(_ line: UnsafeRawBufferPointer) -> Entry? {
        if TextValidation.isBlank(line) { return nil }
        var id = Array(line)
        if id.last == UInt8(ascii: "\r") { id.removeLast() }
        return id.isEmpty ? nil : Entry(corpus: nil, id: id)
    }

    private static func json(_ line: UnsafeRawBufferPointer, _ place: String) throws -> Entry? {
        if TextValidation.isBlank(line) { return nil }
        func refused(_ reason: String) -> RefineryError {
            RefineryError(
                .input, "\(place): \(reason)",
                hint: "such as {\"id\": \"doc-7\"} or {\"corpus\": \"web\", \"id\": \"doc-7\"}")
        }
        if let offset = TextValidation.invalidOffset(line) {
            throw refused("not UTF-8 at byte \(offset + 1) of the line")
        }
        var scanner = JSONScanner(line)
        var fields = ["id", "corpus"].map { FieldLookup(FieldPath($0)) }
        do throws(JSONError) {
            scanner.skipSpace()
            guard scanner.next == UInt8(ascii: "{") else { throw scanner.expected("an object") }
            // The members are shown a scanner of their own, as `scanner` is being changed.
            let reader = scanner
            try scanner.object { member in
                for place in fields.indices { _ = fields[place].see(member, reader) }
            }
            try scanner.end()
        } catch {
            throw refused("\(error.message) at column \(error.offset + 1)")
        }
        let found = fields.map { $0.find(scanner.bytes)?.value }
        guard case .id(let id) = scanner.documentID(found[0]) else {
            throw refused("no id, a string or a whole number")
        }
        var corpus: String?
        if let value = found[1], value.kind != .null {
            guard value.kind == .string else { throw refused("corpus is not a string") }
            corpus = String(decoding: scanner.text(value), as: UTF8.self)
        }
        return Entry(corpus: corpus, id: id)
    }
}
