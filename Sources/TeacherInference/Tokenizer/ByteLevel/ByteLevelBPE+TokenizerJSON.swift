extension ByteLevelBPE {
    /// The tokenizer of a Hugging Face `tokenizer.json`, with the `tokenizer_config.json` beside
    /// it if there is one, which names the BOS token; `source` is the first one's path.
    public convenience init(
        tokenizerJSON: [UInt8], configJSON: [UInt8]?, source: String
    ) throws(ModelError) {
        let root = try JSONParser.parse(tokenizerJSON, source: source)
        try self.init(TokenizerJSON(root: root, source: source, configJSON: configJSON))
    }

    /// The same for a file that is parsed.
    convenience init(_ file: TokenizerJSON) throws(ModelError) {
        let model = try file.model()
        let added = try file.addedTokens()
        let vocabulary = try file.vocabulary(model, added)
        let steps = try file.byteLevelSteps()
        let normalizer = try file.normalizerSteps()
        guard normalizer.allSatisfy({ $0 == .nfc }) else {
            throw file.unsupported("a normalizer beside ByteLevel that is not NFC")
        }
        if !normalizer.isEmpty, added.contains(where: { !$0.isSpecial && $0.token.isNormalized }) {
            throw file.unsupported("a normalizer and added tokens that are matched behind it")
        }
        try file.checkDecoder()
        if file.needsAllBytes(model),
            (0...255).contains(where: { vocabulary.id(of: [$0]) == nil })
        {
            throw file.unsupported("an unknown token or byte_fallback for bytes without a token")
        }

        let bos = try file.bos(count: vocabulary.count) {
            vocabulary.id(ofSpelling: $0)
        }
        try self.init(
            BPEContent(
                vocabulary: vocabulary, composes: !normalizer.isEmpty, steps: steps,
                added: added.filter { !$0.isSpecial }.map(\.token),
                ignoresMerges: model["ignore_merges"]?.bool ?? false, bosToken: bos.token,
                addsBOS: bos.isAdded,
                preTokenizerName: GGUFPreTokenizer.name(of: steps) ?? "tokenizer.json",
                source: file.source))
    }
}
