import Foundation

extension ScoreFileHeader {
    /// What the first line begins with.
    static let start = "{\"row\":\"header\","

    private struct Version: Decodable {
        var schema: Int
    }

    /// The header as a line without its end.
    func line() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // The object's brace goes: what tells the line's kind stands first.
        return Array(Self.start.utf8) + Array(try encoder.encode(self)).dropFirst()
    }

    /// Reads a line, without its end.
    ///
    /// - Throws: ``RefineryError`` for what is no header, or one that this program cannot read.
    init(line: UnsafeRawBufferPointer) throws {
        guard line.starts(with: Array(Self.start.utf8)) else {
            throw RefineryError(.input, "the first line is no header of a score file")
        }
        let data = Data(line)
        do {
            let version = try JSONDecoder().decode(Version.self, from: data).schema
            guard version == Self.schema else {
                throw RefineryError(
                    .input,
                    "the score file has schema \(version), and this program reads \(Self.schema)",
                    hint: "use the refinery version that wrote it, or a later one")
            }
            self = try JSONDecoder().decode(Self.self, from: data)
        } catch let error as DecodingError {
            throw RefineryError(.input, "the header cannot be read: \(Self.words(error))")
        }
        try check()
        guard try self.line().elementsEqual(line) else {
            throw RefineryError(.input, "the header is not spelled as refinery writes it")
        }
    }

    private static func words(_ error: DecodingError) -> String {
        let (context, what): (DecodingError.Context, String) =
            switch error {
            case .keyNotFound(let key, let context): (context, "\(key.stringValue) is missing")
            case .typeMismatch(_, let context): (context, "a value is of another type")
            case .valueNotFound(_, let context): (context, "a value is missing")
            case .dataCorrupted(let context): (context, "it is no JSON that can be taken")
            @unknown default:
                (DecodingError.Context(codingPath: [], debugDescription: ""), "it is damaged")
            }
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return path.isEmpty ? what : "\(what), in \(path)"
    }

    private func check() throws {
        func refuse(_ what: String) -> RefineryError {
            RefineryError(.input, "the header's \(what)")
        }
        _ = try Name(shard.corpus, of: .corpus)
        let hashes = [
            ("shard.sha256", shard.sha256), ("chunker.fingerprint", chunker.fingerprint),
            ("teacher.fingerprint", teacher.fingerprint),
            ("reference.fingerprint", reference.fingerprint),
            ("teacher.tokenizer_digest", teacher.tokenizerDigest),
            ("reference.tokenizer_digest", reference.tokenizerDigest),
        ]
        for (name, digits) in hashes where ContentHash(hexadecimal: digits) == nil {
            throw refuse("\(name) is not 64 lower-case hexadecimal digits")
        }
        guard shard.bytes >= 0, !shard.file.isEmpty else {
            throw refuse("shard has no name or no size")
        }
        guard PipelineConfiguration.maxTokensRange.contains(chunker.maxTokens) else {
            throw refuse("chunker.max_tokens is \(chunker.maxTokens)")
        }
        for model in [teacher, reference] where model.parameters < 0 || model.maxContext < 1 {
            throw refuse("models have impossible sizes")
        }
    }

    /// What of another header is not that of this one, in words; empty where both are of one shard,
    /// one pair and one chunker.
    ///
    /// What wrote and what computed may differ.
    public func differences(from other: ScoreFileHeader) -> [String] {
        var found: [String] = []
        func compare<Value: Equatable>(_ what: String, _ part: (ScoreFileHeader) -> Value) {
            let (mine, theirs) = (part(self), part(other))
            if mine != theirs { found.append("\(what) is \(mine), not \(theirs)") }
        }
        compare("the shard's SHA-256") { $0.shard.sha256 }
        compare("the shard's name") { $0.shard.file }
        compare("the corpus") { $0.shard.corpus }
        compare("the text's field") { $0.shard.textField }
        compare("the id's field") { $0.shard.idField ?? "none" }
        compare("the domain's field") { $0.shard.domainField }
        compare("the teacher") { $0.teacher.fingerprint }
        compare("the reference") { $0.reference.fingerprint }
        compare("the most tokens of a chunk") { $0.chunker.maxTokens }
        compare("the chunker") { $0.chunker.fingerprint }
        return found
    }
}
