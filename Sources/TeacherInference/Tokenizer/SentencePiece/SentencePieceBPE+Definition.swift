extension SentencePieceBPE {
    /// The tokenizer as a `tokenizer.json` has it, in the form of Llama's; `names` are the tokens
    /// that its file names.
    ///
    /// - Throws: ``ModelError`` for what a `tokenizer.json` cannot say.
    func definition(names: TokenizerDefinition.Names) throws(ModelError) -> TokenizerDefinition {
        let vocabulary = content.vocabulary
        var names = names
        names.bos = content.bosToken
        var definition = TokenizerDefinition(
            source: content.source, decoder: decoder, names: names, addsBOS: content.addsBOS)
        let matching = Dictionary(uniqueKeysWithValues: content.added.map { ($0.id, $0) })
        for id in 0..<vocabulary.count {
            let token = AddedToken(id: TokenID(id), content: Array(vocabulary.pieces[id]))
            let kind = vocabulary.kinds[id]
            definition.spellings.append(kind == .unused ? nil : token.content)
            if kind == .special {
                definition.added.append(TokenizerJSON.Added(token: token, isSpecial: true))
            } else if kind == .userDefined {
                definition.added.append(
                    TokenizerJSON.Added(token: matching[token.id] ?? token, isSpecial: false))
            }
        }
        definition.merges = try merges(definition)
        definition.ignoresMerges = content.ignoresMerges
        definition.fallsBackToBytes = content.fallsBackToBytes
        definition.normalizer = try normalizer(definition)
        guard content.steps.isEmpty, content.metaspace == nil, content.unknown == nil else {
            throw definition.cannotExpress("it has components that no GGUF has")
        }
        return definition
    }

    /// The merges as a list, which says the same as the scores.
    private func merges(
        _ definition: TokenizerDefinition
    ) throws(ModelError) -> [(left: [UInt8], right: [UInt8])] {
        let vocabulary = content.vocabulary
        if vocabulary.extraSymbols.count > 0 {
            throw definition.cannotExpress(
                "its pieces have the character \(JSONParser.quoted(vocabulary.extraSymbols[0])), "
                    + "which is no piece itself")
        }
        guard let merges = vocabulary.canonicalMerges() else {
            throw definition.cannotExpress(
                "several of its pieces have the same score, and a list of merges cannot say that "
                    + "the leftmost of them comes first")
        }
        let lengths = merges.map {
            (all: vocabulary.pieces.length(Int($0.product)), left: vocabulary.length($0.left))
        }
        // Of runs the longest come first: so the left one grows, as it does by scores.
        return merges.indices.sorted {
            (merges[$0].rank, -lengths[$0].all, merges[$0].product, -lengths[$0].left)
                < (merges[$1].rank, -lengths[$1].all, merges[$1].product, -lengths[$1].left)
        }.map {
            (
                Array(vocabulary.spelling(ofSymbol: merges[$0].left)),
                Array(vocabulary.spelling(ofSymbol: merges[$0].right))
            )
        }
    }

    private func normalizer(
        _ definition: TokenizerDefinition
    ) throws(ModelError) -> JSONValue {
        var parts: [JSONValue] = []
        for step in content.normalizer {
            switch step {
            case .prepend(let bytes):
                parts.append(["type": "Prepend", "prepend": .string(bytes)])
            case .replace(let pattern, let bytes):
                parts.append([
                    "type": "Replace", "pattern": ["String": .string(pattern)],
                    "content": .string(bytes),
                ])
            case .nfc:
                throw definition.cannotExpress("it has a normalizer that no GGUF has")
            }
        }
        return ["type": "Sequence", "normalizers": .array(parts)]
    }

    /// Spaces for their marks, bytes for their tokens, and without the space that was put in front.
    private var decoder: JSONValue {
        var parts: [JSONValue] = [
            [
                "type": "Replace", "pattern": ["String": .string(Self.spaceMark)],
                "content": " ",
            ],
            ["type": "ByteFallback"],
            ["type": "Fuse"],
        ]
        if content.addsSpace {
            parts.append(["type": "Strip", "content": " ", "start": 1, "stop": 0])
        }
        return ["type": "Sequence", "decoders": .array(parts)]
    }
}
