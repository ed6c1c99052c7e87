/// A BPE tokenizer as a Hugging Face folder has it: what `tokenizer.json` and
/// `tokenizer_config.json` say.
struct TokenizerDefinition {
    /// The file that the tokenizer was read from, for messages.
    var source: String
    /// How the file spells each id, nil for an id without a token.
    var spellings: [[UInt8]?] = []
    /// Tokens that stand beside the model's own, by ascending id.
    var added: [TokenizerJSON.Added] = []
    /// The spellings of the two symbols of each merge, the first to be tried first.
    var merges: [(left: [UInt8], right: [UInt8])] = []
    /// A word that is a token as a whole is not merged.
    var ignoresMerges = false
    /// A character without a token becomes the tokens of its bytes.
    var fallsBackToBytes = false
    /// The component that changes the text.
    var normalizer: JSONValue = nil
    /// The component that cuts it into words.
    var preTokenizer: JSONValue = nil
    /// The component that turns tokens back into text.
    var decoder: JSONValue
    /// BOS, EOS and the unknown token.
    var names: Names
    /// Whether BOS is put in front of a text.
    var addsBOS: Bool

    /// The tokens that a file names for a purpose.
    struct Names {
        var bos: TokenID?
        var eos: TokenID?
        var unknown: TokenID?
    }

    /// `tokenizer.json`.
    ///
    /// - Throws: ``ModelError`` for a token that JSON cannot spell, or two of one spelling.
    func tokenizerJSON() throws(ModelError) -> [UInt8] {
        let pairs: [JSONValue] = merges.map { [.string($0.left), .string($0.right)] }
        let root: JSONValue = [
            "version": "1.0",
            "truncation": nil,
            "padding": nil,
            "added_tokens": .array(added.map(Self.entry)),
            "normalizer": normalizer,
            "pre_tokenizer": preTokenizer,
            "post_processor": try postProcessor(),
            "decoder": decoder,
            "model": [
                "type": "BPE",
                "dropout": nil,
                "unk_token": nil,
                "continuing_subword_prefix": nil,
                "end_of_word_suffix": nil,
                "fuse_unk": false,
                "byte_fallback": .bool(fallsBackToBytes),
                "ignore_merges": .bool(ignoresMerges),
                "vocab": try vocabulary(),
                "merges": .array(pairs),
            ],
        ]
        return root.serialized
    }

    /// `tokenizer_config.json`.
    func configJSON() -> [UInt8] {
        var members: [(key: [UInt8], value: JSONValue)] = []
        func add(_ name: String, _ value: JSONValue) { members.append((Array(name.utf8), value)) }
        add("tokenizer_class", "PreTrainedTokenizerFast")
        add("add_bos_token", .bool(addsBOS))
        for (name, token) in [
            ("bos_token", names.bos), ("eos_token", names.eos), ("unk_token", names.unknown),
        ] {
            guard let token, let spelling = spelling(of: token) else { continue }
            // A named token is a control token, and this one matches in text.
            guard !added.contains(where: { $0.token.id == token && !$0.isSpecial }) else {
                continue
            }
            add(name, .string(spelling))
        }
        add("clean_up_tokenization_spaces", false)
        return JSONValue.object(members).serialized
    }

    /// The error for a tokenizer that the folder's files cannot say.
    func cannotExpress(_ what: String) -> ModelError {
        Self.cannotExpress(what, source: source)
    }

    /// The same for the tokenizer of `source`.
    static func cannotExpress(_ what: String, source: String) -> ModelError {
        ModelError(
            "cannot write a tokenizer.json for the tokenizer of \(source): \(what)",
            hint:
                "give the model as its Hugging Face folder, which has a tokenizer.json of its own "
                + "(--teacher FOLDER)")
    }

    private func spelling(of token: TokenID) -> [UInt8]? {
        spellings.indices.contains(Int(token)) ? spellings[Int(token)] : nil
    }

    private static func entry(_ added: TokenizerJSON.Added) -> JSONValue {
        [
            "id": .integer(Int(added.token.id)),
            "content": .string(added.token.content),
            "single_word": .bool(added.token.singleWord),
            "lstrip": .bool(added.token.stripsLeft),
            "rstrip": .bool(added.token.stripsRight),
            "normalized": .bool(added.token.isNormalized),
            "special": .bool(added.isSpecial),
        ]
    }

    private func vocabulary() throws(ModelError) -> JSONValue {
        var members: [(key: [UInt8], value: JSONValue)] = []
        var earlier: [[UInt8]: Int] = [:]
        for (id, spelling) in spellings.enumerated() {
            guard let spelling else { continue }
            let name = "token \(id), \(JSONParser.quoted(spelling)),"
            guard String(validating: spelling, as: UTF8.self) != nil else {
                throw cannotExpress("\(name) is not UTF-8, which JSON has to be")
            }
            if let other = earlier.updateValue(id, forKey: spelling) {
                throw cannotExpress("\(name) is spelled as token \(other) is")
            }
            members.append((spelling, .integer(id)))
        }
        return .object(members)
    }

    private func postProcessor() throws(ModelError) -> JSONValue {
        guard addsBOS else { return nil }
        guard let bos = names.bos, let spelling = spelling(of: bos) else {
            throw cannotExpress("it puts a BOS token in front that has no spelling")
        }
        func sequence(_ name: String, _ type: Int) -> [JSONValue] {
            let front: JSONValue = [
                "SpecialToken": ["id": .string(spelling), "type_id": .integer(type)]
            ]
            return [
                front, ["Sequence": ["id": .string(Array(name.utf8)), "type_id": .integer(type)]],
            ]
        }
        let token: JSONValue = [
            "id": .string(spelling),
            "ids": [.integer(Int(bos))],
            "tokens": [.string(spelling)],
        ]
        return [
            "type": "TemplateProcessing",
            "single": .array(sequence("A", 0)),
            "pair": .array(sequence("A", 0) + sequence("B", 1)),
            "special_tokens": .object([(spelling, token)]),
        ]
    }
}
