extension GGUFVocabulary {
    /// Reads `tokenizer.ggml.*` of `file`.
    ///
    /// - Throws: ``ModelError`` for a vocabulary that is missing, or a key of the wrong type.
    init(_ file: GGUFFile) throws(ModelError) {
        let path = file.path
        func value(_ name: String) -> GGUFValue? { file.metadata["tokenizer.ggml." + name] }
        func wrong(_ name: String, _ expected: String) -> ModelError {
            ModelError("\(path): metadata key \"tokenizer.ggml.\(name)\" is not \(expected)")
        }
        func text(_ name: String) throws(ModelError) -> String? {
            guard let found = value(name) else { return nil }
            guard let text = found.text else { throw wrong(name, "a string") }
            return text
        }
        func integer(_ name: String) throws(ModelError) -> Int? {
            guard let found = value(name) else { return nil }
            guard let integer = found.integer else { throw wrong(name, "an integer") }
            return integer
        }
        func strings(_ name: String) throws(ModelError) -> [[UInt8]]? {
            guard let found = value(name) else { return nil }
            guard case .strings(let strings) = found else {
                throw wrong(name, "an array of strings")
            }
            return strings
        }
        guard let model = try text("model"), let tokens = try strings("tokens") else {
            throw ModelError(
                "\(path): no tokenizer: metadata key \"tokenizer.ggml.model\" or "
                    + "\"tokenizer.ggml.tokens\" is missing",
                hint: "convert the model again, with its tokenizer")
        }
        let merges = try strings("merges")
        guard merges != nil || model != "gpt2" else {
            throw ModelError(
                "\(path): no tokenizer: metadata key \"tokenizer.ggml.merges\" is missing, "
                    + "without which byte-level BPE has only bytes",
                hint: "convert the model again, with its tokenizer")
        }
        var types: [Int32] = []
        if let found = value("token_type") {
            guard case .integers(let integers) = found else {
                throw wrong("token_type", "an array of integers")
            }
            types = integers.map { Int32(truncatingIfNeeded: $0) }
        }
        func flag(_ name: String) throws(ModelError) -> Bool? {
            guard let found = value(name) else { return nil }
            guard case .bool(let flag) = found else { throw wrong(name, "true or false") }
            return flag
        }
        self.init(
            model: model, pre: try text("pre"), tokens: tokens, tokenTypes: types,
            merges: merges ?? [], bos: try integer("bos_token_id"),
            eos: try integer("eos_token_id"), unknown: try integer("unknown_token_id"),
            addBOS: try flag("add_bos_token"), source: path)
        switch value("scores") {
        case nil: break
        case .reals(let scores): self.scores = scores
        // llama.cpp takes these too.
        case .integers(let scores): self.scores = scores.map(Double.init)
        default: throw wrong("scores", "an array of numbers")
        }
        addsSpacePrefix = try flag("add_space_prefix")
        let collapses = try flag("remove_extra_whitespaces") ?? false
        normalizes = collapses || value("precompiled_charsmap") != nil
        modelName = file.metadata["general.name"]?.text
    }

    /// The tokenizer that the metadata define; `pre` names the pre-tokenizer in place of the file's
    /// own.
    func tokenizer(pre: String?) throws(ModelError) -> any Tokenizer {
        model == "llama"
            ? try SentencePieceBPE(gguf: self) : try ByteLevelBPE(gguf: self, pre: pre)
    }
}
