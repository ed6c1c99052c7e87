import CSentencePiece
import Foundation

/// A `tokenizer.model` as SentencePiece's own library encodes with it.
public final class SentencePieceModel: Tokenizer {
    private let model: Handle
    private let proto: SentencePieceProto
    /// The whole file, which decides the ids.
    private let bytes: [UInt8]
    /// Special tokens that the folder adds behind the pieces, by ascending id.
    private let added: [(id: TokenID, content: [UInt8])]

    /// Number of ids, those of special tokens included.
    public let vocabularySize: Int

    /// One more than the highest id that text can become: those behind the pieces are special.
    public var textTokenLimit: Int { proto.pieces.count }

    /// The BOS token that the folder or the model names.
    public let bosToken: TokenID?

    /// Whether BOS stands in front of a text.
    public let addsBOS: Bool

    /// For people.
    public var summary: String { "SentencePiece BPE (tokenizer.model)" }

    /// Owns what the library allocated.
    private final class Handle: @unchecked Sendable {
        // SAFETY: the library's encoding is const and takes no shared state; freed once, here.
        let pointer: OpaquePointer

        init(_ bytes: [UInt8], source: String) throws(ModelError) {
            var message = [CChar](repeating: 0, count: 512)
            let loaded = bytes.withUnsafeBytes { csp_load($0.baseAddress, $0.count, &message, 512) }
            guard let loaded else {
                let end = message.firstIndex(of: 0) ?? 0
                let text = String(
                    decoding: message[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
                throw ModelError("cannot read \(source): SentencePiece says: \(text)")
            }
            pointer = loaded
        }

        deinit { csp_free(pointer) }
    }

    /// The tokenizer of a `tokenizer.model`, with what stands beside it, if anything does: the
    /// `tokenizer_config.json`, which names added tokens and the rule for BOS, and the older
    /// `special_tokens_map.json` and `added_tokens.json`; `source` is the first one's path.
    ///
    /// Without a word on BOS none is added, as transformers 5 has it.
    public init(
        model bytes: [UInt8], configJSON: [UInt8]?, specialMapJSON: [UInt8]? = nil,
        addedJSON: [UInt8]? = nil, source: String
    ) throws(ModelError) {
        proto = try SentencePieceProto(bytes, source: source)
        model = try Handle(bytes, source: source)
        self.bytes = bytes
        let config = try configJSON.map { json throws(ModelError) in
            try JSONParser.parse(json, source: "tokenizer_config.json beside \(source)")
        }
        if config?.member("add_prefix_space")?.bool == false, proto.addsDummyPrefix {
            throw ModelError(
                "cannot use the tokenizer of \(source): tokenizer_config.json has "
                    + "\"add_prefix_space\" false, but the model puts a space in front")
        }
        added = try Self.added(config, proto, source: source)
        if let addedJSON {
            let name = "added_tokens.json beside \(source)"
            for (content, id) in try JSONParser.parse(addedJSON, source: name).object ?? [] {
                // What these do in a text is said in tokenizer_config.json alone.
                guard let known = Self.id(of: content, proto, added), id.integer == Int(known)
                else {
                    throw ModelError(
                        "cannot use \(name): it adds \(JSONParser.quoted(content)), of which "
                            + "tokenizer_config.json says nothing")
                }
            }
        }
        vocabularySize = max(proto.pieces.count, added.last.map { Int($0.id) + 1 } ?? 0)
        let companions = try TokenizerCompanions(
            config: configJSON, specialMap: specialMapJSON, source: source)
        if let spelling = companions.bosSpelling {
            bosToken = Self.id(of: spelling, proto, added)
        } else {
            let bos = csp_bos(model.pointer)
            bosToken = bos < 0 ? nil : bos
        }
        let adds = companions.addsBOS
        guard bosToken != nil || adds != true else {
            throw ModelError(
                "cannot use the tokenizer of \(source): it adds a BOS token but names none")
        }
        addsBOS = bosToken != nil && adds == true
    }

    /// Token ids of `text`.
    public func encode(_ text: UnsafeRawBufferPointer) -> [TokenID] {
        withTokens(text) { $0.map(\.id) }
    }

    /// Token ids of `text` and where each ends.
    ///
    /// The tokens of a character's bytes all end where it begins, but for the last.
    public func encodeWithEnds(_ text: UnsafeRawBufferPointer) -> (ids: [TokenID], ends: [Int]) {
        withTokens(text) { tokens in
            var ends = tokens.map { Int($0.end) }
            if !ends.isEmpty { ends[ends.count - 1] = text.count }
            return (tokens.map(\.id), ends)
        }
    }

    /// The bytes that `ids` stand for, without the space that was put in front; ids outside the
    /// vocabulary stand for none.
    public func decode(_ ids: [TokenID]) -> [UInt8] {
        var result: [UInt8] = []
        for id in ids where id >= 0 {
            guard Int(id) < proto.pieces.count else {
                result.append(contentsOf: added.first { $0.id == id }?.content ?? [])
                continue
            }
            let piece = proto.pieces[Int(id)]
            if proto.kinds[Int(id)] == .byte,
                let byte = SentencePieceVocabulary.byte(ofSpelling: piece)
            {
                result.append(byte)
            } else {
                result.append(contentsOf: piece)
            }
        }
        return SentencePieceBPE.unmarked(result, addsSpace: proto.addsDummyPrefix)
    }

    /// The id of the token that the model or the folder spells `spelling`.
    public func id(ofToken spelling: String) -> TokenID? {
        Self.id(of: Array(spelling.utf8), proto, added)
    }

    /// Feeds `update` the model file and the added tokens.
    public func serializeContent(_ update: (UnsafeRawBufferPointer) -> Void) {
        func string(_ bytes: [UInt8]) {
            withUnsafeBytes(of: UInt64(bytes.count).littleEndian, update)
            bytes.withUnsafeBytes(update)
        }
        string(Array("SentencePiece model, content version 1".utf8))
        string(bytes)
        for token in added {
            withUnsafeBytes(of: UInt64(token.id).littleEndian, update)
            string(token.content)
        }
    }

    private func withTokens<R>(
        _ text: UnsafeRawBufferPointer, _ body: (UnsafeBufferPointer<csp_token>) -> R
    ) -> R {
        var tokens: UnsafeMutablePointer<csp_token>?
        let count = csp_encode(model.pointer, text.baseAddress, text.count, &tokens)
        defer { free(tokens) }
        precondition(count >= 0, "libsentencepiece ran out of memory")
        // SAFETY: the library allocated `count` tokens, which are freed when this returns.
        return body(UnsafeBufferPointer(start: tokens, count: Int(count)))
    }

    private static func id(
        of spelling: [UInt8], _ proto: SentencePieceProto,
        _ added: [(id: TokenID, content: [UInt8])]
    ) -> TokenID? {
        added.first { $0.content == spelling }?.id
            ?? proto.pieces.firstIndex(of: spelling).map(TokenID.init)
    }

    /// The tokens of `added_tokens_decoder`; one that matches in text must be the model's own.
    private static func added(
        _ config: JSONValue?, _ proto: SentencePieceProto, source: String
    ) throws(ModelError) -> [(id: TokenID, content: [UInt8])] {
        func refusal(_ what: String) -> ModelError {
            ModelError(
                "cannot use the tokenizer of \(source): tokenizer_config.json beside it \(what)",
                hint: "transformers writes a tokenizer.json with all of it: "
                    + "AutoTokenizer.from_pretrained(folder).save_pretrained(folder)")
        }
        var added: [(id: TokenID, content: [UInt8])] = []
        let limit = 4 * proto.pieces.count + 4096
        for (key, value) in config?.member("added_tokens_decoder")?.object ?? [] {
            guard let id = Int(String(decoding: key, as: UTF8.self)), (0..<limit).contains(id),
                let content = value["content"]?.bytes, !content.isEmpty
            else { throw refusal("has an added token without a valid id or content") }
            let name = JSONParser.quoted(content)
            if id >= proto.pieces.count {
                guard value["special"]?.bool == true else {
                    throw refusal("adds the token \(name) that matches in text")
                }
                added.append((TokenID(id), content))
            } else {
                guard proto.pieces[id] == content else {
                    throw refusal("has the token \(name) in place of a piece")
                }
                let isOwn = proto.kinds[id] == .special || proto.kinds[id] == .userDefined
                guard isOwn || value["special"]?.bool != true else {
                    throw refusal("makes the piece \(name) a special token")
                }
                guard isOwn else { throw refusal("makes the piece \(name) match in text") }
            }
        }
        return added.sorted { $0.id < $1.id }
    }
}
