/// What the files beside a `tokenizer.json` say of its tokens, as transformers 5 takes it.
///
/// `tokenizer_config.json` counts. Where it has no `added_tokens_decoder`, `special_tokens_map.json`
/// counts before it, and the tokens of `added_tokens.json` are added.
struct TokenizerCompanions {
    /// How the files spell BOS.
    let bosSpelling: [UInt8]?
    /// The class that transformers is to read the tokenizer with.
    let tokenizerClass: String?
    /// `add_bos_token`, which counts for a tokenizer.model alone.
    let addsBOS: Bool?
    /// Spellings of BOS, EOS, padding and their like: control tokens, whatever else is said.
    private let named: Set<[UInt8]>
    private let declared: [Declared]
    private let source: String

    /// An entry of `added_tokens_decoder` or of `added_tokens.json`.
    private struct Declared {
        var file: String
        var content: [UInt8]
        /// Nil in `added_tokens.json`, which has none: they are those of a token that matches.
        var flags: JSONValue?
    }

    private static let names: [StaticString] = [
        "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
    ]

    /// Parses what is there; `source` is the path of the tokenizer.
    init(
        config: [UInt8]?, specialMap: [UInt8]? = nil, added: [UInt8]? = nil, source: String
    ) throws(ModelError) {
        func object(_ bytes: [UInt8]?, _ name: String) throws(ModelError) -> JSONValue? {
            try bytes.map { bytes throws(ModelError) in
                let value = try JSONParser.parse(bytes, source: "\(name) beside \(source)")
                guard value.object != nil else {
                    throw ModelError("\(name) beside \(source): not a JSON object")
                }
                return value
            }
        }
        let config = try object(config, "tokenizer_config.json")
        var specialMap = try object(specialMap, "special_tokens_map.json")
        var added = try object(added, "added_tokens.json")
        let decoder = config?.member("added_tokens_decoder")
        if decoder != nil { (specialMap, added) = (nil, nil) }
        func spelling(_ name: StaticString) -> [UInt8]? {
            for file in [specialMap, config] {
                let value = file?.member(name)
                if let found = value?.bytes ?? value?["content"]?.bytes { return found }
            }
            return nil
        }
        bosSpelling = spelling("bos_token")
        tokenizerClass = config?.member("tokenizer_class")?.text
        addsBOS = config?.member("add_bos_token")?.bool
        named = Set(Self.names.compactMap { spelling($0) })
        var declared: [Declared] = []
        for (_, entry) in decoder?.object ?? [] {
            guard let content = entry["content"]?.bytes else { continue }
            declared.append(
                Declared(file: "tokenizer_config.json", content: content, flags: entry))
        }
        for (content, _) in added?.object ?? [] {
            declared.append(Declared(file: "added_tokens.json", content: content))
        }
        self.declared = declared
        self.source = source
    }

    /// The added tokens of the tokenizer.json with the flags that count.
    ///
    /// - Throws: ``ModelError`` for a token that would match in text and that it does not have.
    func applied(to added: [TokenizerJSON.Added]) throws(ModelError) -> [TokenizerJSON.Added] {
        var result = added
        var places: [[UInt8]: Int] = [:]
        for (place, entry) in added.enumerated() { places[entry.token.content] = place }
        for entry in declared {
            let isSpecial = entry.flags?["special"]?.bool ?? false
            guard let place = places[entry.content] else {
                // A control token stays text wherever it is spelled out, known or not.
                guard isSpecial || named.contains(entry.content) else {
                    throw ModelError(
                        "cannot use the tokenizer of \(source): \(entry.file) beside it adds the "
                            + "token \(JSONParser.quoted(entry.content)) that matches in text, and "
                            + "\"added_tokens\" does not have it",
                        hint: "transformers writes a tokenizer.json with all of it: "
                            + "AutoTokenizer.from_pretrained(folder).save_pretrained(folder)")
                }
                continue
            }
            if let flags = entry.flags {
                result[place] = TokenizerJSON.Added(flags, of: added[place])
            }
        }
        for place in result.indices where named.contains(result[place].token.content) {
            result[place].isSpecial = true
        }
        return result
    }
}

extension TokenizerJSON.Added {
    /// The token with other `flags`, as a JSON object has them.
    init(_ flags: JSONValue, of other: TokenizerJSON.Added) {
        self = other
        isSpecial = flags["special"]?.bool ?? false
        token.singleWord = flags["single_word"]?.bool ?? false
        token.stripsLeft = flags["lstrip"]?.bool ?? false
        token.stripsRight = flags["rstrip"]?.bool ?? false
        token.isNormalized = flags["normalized"]?.bool ?? !isSpecial
    }
}
