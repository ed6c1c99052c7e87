extension SentencePieceBPE {
    /// The tokenizer of a Hugging Face `tokenizer.json` without ByteLevel.
    convenience init(_ file: TokenizerJSON) throws(ModelError) {
        let model = try file.model()
        let normalizer = try file.normalizerSteps()
        let (steps, metaspace) = try file.wordSteps()
        let fallsBack = model.member("byte_fallback")?.bool ?? false
        let added = try file.addedTokens()
        let vocabulary = try file.pieces(model, added, fallsBackToBytes: fallsBack)
        var unknown: TokenID?
        if let spelling = model.member("unk_token")?.bytes {
            guard let id = vocabulary.id(ofSpelling: spelling) else {
                throw vocabulary.failure(
                    "its unk_token \(JSONParser.quoted(spelling)) is no token")
            }
            unknown = id
        }
        let bos = try file.bos(count: vocabulary.count) {
            vocabulary.id(ofSpelling: $0)
        }
        try self.init(
            SentencePieceContent(
                vocabulary: vocabulary, normalizer: normalizer, steps: steps,
                metaspace: metaspace,
                added: added.filter { !$0.isSpecial }.map {
                    Self.normalized($0.token, by: normalizer)
                },
                fallsBackToBytes: fallsBack, unknown: unknown,
                fusesUnknown: model["fuse_unk"]?.bool ?? false,
                ignoresMerges: model["ignore_merges"]?.bool ?? false, bosToken: bos.token,
                addsBOS: bos.isAdded, source: file.source))
    }

    /// What the judge looks for behind the normaliser is what that makes of the token's content.
    private static func normalized(
        _ token: AddedToken, by normalizer: [NormalizerStep]
    ) -> AddedToken {
        var token = token
        guard token.isNormalized, !normalizer.isEmpty else {
            // Without a normaliser it is the same in either place; see ``BPEContent``.
            return token
        }
        var content = AlignedText(token.content, at: 0, keepsEnds: false)
        for step in normalizer { content.apply(step) }
        token.content = content.bytes
        return token
    }
}

extension TokenizerJSON {
    /// The normaliser as steps.
    func normalizerSteps() throws(ModelError) -> [NormalizerStep] {
        var steps: [NormalizerStep] = []
        if let component = root.member("normalizer") { try append(component, to: &steps) }
        return steps
    }

    private func append(
        _ component: JSONValue, to steps: inout [NormalizerStep]
    ) throws(ModelError) {
        let type = try type(of: component, "normalizer")
        switch type {
        case "NFC": steps.append(.nfc)
        case "Prepend":
            guard let content = component["prepend"]?.bytes else {
                throw malformed("a normalizer Prepend without \"prepend\"")
            }
            steps.append(.prepend(content))
        case "Replace":
            guard let pattern = component["pattern"]?["String"]?.bytes, !pattern.isEmpty,
                let content = component["content"]?.bytes
            else { throw unsupported("a normalizer Replace without a String pattern") }
            steps.append(.replace(pattern, content))
        case "Sequence":
            for part in component["normalizers"]?.array ?? [] { try append(part, to: &steps) }
        default: throw unsupported("the normalizer \(type)")
        }
    }

    /// The pre-tokenizer: steps that cut, and a Metaspace behind them.
    func wordSteps() throws(ModelError) -> ([PreTokenizerStep], Metaspace?) {
        var steps: [PreTokenizerStep] = []
        var metaspace: Metaspace?
        if let component = root.member("pre_tokenizer") {
            try append(component, to: &steps, &metaspace)
        }
        return (steps, metaspace)
    }

    private func append(
        _ component: JSONValue, to steps: inout [PreTokenizerStep], _ metaspace: inout Metaspace?
    ) throws(ModelError) {
        let type = try type(of: component, "pre_tokenizer")
        if metaspace != nil { throw unsupported("the pre-tokenizer \(type) after Metaspace") }
        switch type {
        case "Sequence":
            guard let parts = component["pretokenizers"]?.array else {
                throw malformed("a pre_tokenizer Sequence without \"pretokenizers\"")
            }
            for part in parts { try append(part, to: &steps, &metaspace) }
        case "Metaspace":
            metaspace = try self.metaspace(component)
        default:
            steps.append(try cuttingStep(component, type))
        }
    }

    private func metaspace(_ component: JSONValue) throws(ModelError) -> Metaspace {
        guard let replacement = component["replacement"]?.bytes,
            UTF8Width.of(replacement.first ?? 0) == replacement.count
        else { throw malformed("a Metaspace whose \"replacement\" is not one character") }
        let name = component.member("prepend_scheme")?.text
        guard let scheme = Metaspace.PrependScheme(rawValue: name ?? "always") else {
            throw unsupported("a Metaspace of an unknown prepend_scheme")
        }
        guard scheme == .never || component.member("add_prefix_space")?.bool != false else {
            throw malformed("a Metaspace whose add_prefix_space and prepend_scheme disagree")
        }
        return Metaspace(
            replacement: replacement, prependScheme: scheme,
            splits: component.member("split")?.bool ?? true)
    }

    /// The tokens and merges of `model` together with the added tokens.
    func pieces(
        _ model: JSONValue, _ added: [Added], fallsBackToBytes: Bool
    ) throws(ModelError) -> SentencePieceVocabulary {
        guard let members = model["vocab"]?.object, let merges = model["merges"]?.array else {
            throw malformed("its model has no \"vocab\" object or no \"merges\" array")
        }
        let spellings = try self.spellings(members, added)
        var isInModel = [Bool](repeating: false, count: spellings.count)
        for (_, value) in members { if let id = value.integer { isInModel[id] = true } }
        var kinds: [Int: TokenKind] = [:]
        for entry in added {
            kinds[Int(entry.token.id)] = entry.isSpecial ? .special : .userDefined
        }
        var vocabulary = SentencePieceVocabulary(source: source, mergeCount: merges.count)
        for (id, spelling) in spellings.enumerated() {
            let isByte =
                fallsBackToBytes && isInModel[id]
                && spelling.flatMap(SentencePieceVocabulary.byte(ofSpelling:)) != nil
            try vocabulary.append(
                spelling, isByte ? .byte : kinds[id] ?? .normal, isSymbol: isInModel[id])
        }
        for (rank, merge) in merges.enumerated() {
            let pair = try pair(merge, rank)
            try vocabulary.appendMerge(pair.left, pair.right)
        }
        return vocabulary
    }
}
