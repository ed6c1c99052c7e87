extension ByteLevelBPE {
    /// The tokenizer as a `tokenizer.json` has it; `names` are the tokens that its file names.
    ///
    /// - Throws: ``ModelError`` for what a `tokenizer.json` cannot say.
    func definition(names: TokenizerDefinition.Names) throws(ModelError) -> TokenizerDefinition {
        let vocabulary = content.vocabulary
        var names = names
        names.bos = content.bosToken
        var definition = TokenizerDefinition(
            source: content.source, decoder: Self.byteLevel(usesRegex: true), names: names,
            addsBOS: content.addsBOS)
        let matching = Dictionary(uniqueKeysWithValues: content.added.map { ($0.id, $0) })
        for id in 0..<vocabulary.count {
            let bytes = vocabulary.tokens[id]
            let token = AddedToken(id: TokenID(id), content: Array(bytes))
            switch vocabulary.kinds[id] {
            case .unused: definition.spellings.append(nil)
            case .normal, .byte: definition.spellings.append(Self.spelling(bytes))
            case .special:
                definition.spellings.append(token.content)
                definition.added.append(TokenizerJSON.Added(token: token, isSpecial: true))
            case .userDefined:
                definition.spellings.append(token.content)
                definition.added.append(
                    TokenizerJSON.Added(token: matching[token.id] ?? token, isSpecial: false))
            }
        }
        definition.merges = vocabulary.mergePairs.map {
            (
                Self.spelling(vocabulary.tokens[Int($0.left)]),
                Self.spelling(vocabulary.tokens[Int($0.right)])
            )
        }
        definition.ignoresMerges = content.ignoresMerges
        definition.normalizer = content.composes ? ["type": "NFC"] : nil
        definition.preTokenizer = try preTokenizer(definition)
        return definition
    }

    private static func spelling(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.flatMap { ByteAlphabet.spellings[Int($0)] }
    }

    /// The steps as a Sequence whose last component turns bytes into the byte alphabet.
    private func preTokenizer(
        _ definition: TokenizerDefinition
    ) throws(ModelError) -> JSONValue {
        var steps = content.steps
        // GPT-2's pattern is part of ByteLevel.
        let usesRegex = steps.last == .gpt2
        if usesRegex { steps.removeLast() }
        var components: [JSONValue] = []
        for step in steps {
            switch step {
            case .digits(let individual):
                components.append(["type": "Digits", "individual_digits": .bool(individual)])
            case .split(let pattern, let behavior, let inverted):
                components.append([
                    "type": "Split",
                    "pattern": ["Regex": .string(Array(pattern.utf8))],
                    "behavior": .string(Array(behavior.rawValue.utf8)),
                    "invert": .bool(inverted),
                ])
            case .prefixSpace, .byteAlphabet:
                throw definition.cannotExpress(
                    "its pre-tokenizer \(content.preTokenizerName) has a step that no GGUF has")
            }
        }
        components.append(Self.byteLevel(usesRegex: usesRegex))
        return ["type": "Sequence", "pretokenizers": .array(components)]
    }

    private static func byteLevel(usesRegex: Bool) -> JSONValue {
        [
            "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
            "use_regex": .bool(usesRegex),
        ]
    }
}
