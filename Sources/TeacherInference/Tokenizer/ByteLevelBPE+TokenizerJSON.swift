extension ByteLevelBPE {
    /// The tokenizer of a Hugging Face `tokenizer.json`, with the `tokenizer_config.json` beside
    /// it if there is one, which names the BOS token; `source` is the first one's path.
    public convenience init(
        tokenizerJSON: [UInt8], configJSON: [UInt8]?, source: String
    ) throws(ModelError) {
        let root = try JSONParser.parse(tokenizerJSON, source: source)
        let file = TokenizerJSON(root: root, source: source)
        let model = try file.model()
        let added = try file.addedTokens()
        let vocabulary = try file.vocabulary(model, added)
        let steps = try file.preTokenizerSteps()
        let normalizer = try file.normalizer()
        if normalizer != .none, added.contains(where: { !$0.isSpecial && $0.token.isNormalized }) {
            throw file.unsupported("a normalizer and added tokens that are matched behind it")
        }
        try file.checkDecoder()
        if file.needsAllBytes(model),
            (0...255).contains(where: { vocabulary.id(of: [$0]) == nil })
        {
            throw file.unsupported("an unknown token or byte_fallback for bytes without a token")
        }

        var bos = try file.templateBOS(vocabulary)
        var addsBOS = bos != nil
        if let configJSON {
            let name = "tokenizer_config.json beside \(source)"
            let config = try JSONParser.parse(configJSON, source: name)
            let token = config.member("bos_token")
            if let spelling = token?.bytes ?? token?["content"]?.bytes, bos == nil {
                bos = vocabulary.id(ofSpelling: spelling)
            }
            if let adds = config.member("add_bos_token")?.bool { addsBOS = adds }
            if addsBOS, bos == nil {
                throw ModelError("cannot use \(name): it adds a BOS token but names none")
            }
        }
        try self.init(
            BPEContent(
                vocabulary: vocabulary, normalizer: normalizer, steps: steps,
                added: added.filter { !$0.isSpecial }.map(\.token),
                ignoresMerges: model["ignore_merges"]?.bool ?? false, bosToken: bos,
                addsBOS: addsBOS,
                preTokenizerName: GGUFPreTokenizer.name(of: steps) ?? "tokenizer.json",
                source: source))
    }
}
