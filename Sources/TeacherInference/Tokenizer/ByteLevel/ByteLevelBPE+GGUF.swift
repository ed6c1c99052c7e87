extension ByteLevelBPE {
    /// The tokenizer of a GGUF file; `pre` names the pre-tokenizer in place of the file's own.
    public convenience init(gguf: GGUFVocabulary, pre: String?) throws(ModelError) {
        let source = gguf.source
        guard gguf.model == "gpt2" else {
            throw ModelError(
                "cannot use the tokenizer of \(source): tokenizer.ggml.model is "
                    + "\(gguf.model.debugDescription), expected \"gpt2\" (byte-level BPE) or "
                    + "\"llama\" (SentencePiece BPE)")
        }
        let preTokenizer = try Self.preTokenizer(gguf, pre)
        guard gguf.tokenTypes.isEmpty || gguf.tokenTypes.count == gguf.tokens.count else {
            throw ModelError(
                "cannot use the tokenizer of \(source): tokenizer.ggml.token_type has "
                    + "\(gguf.tokenTypes.count) entries, expected \(gguf.tokens.count), one a token"
            )
        }
        guard gguf.tokens.count < Int(Int32.max) else {
            throw ModelError("cannot use the tokenizer of \(source): too many tokens")
        }
        var vocabulary = BPEVocabulary(source: source, mergeCount: gguf.merges.count)
        var added: [AddedToken] = []
        for (id, spelling) in gguf.tokens.enumerated() {
            var kind = gguf.tokenTypes.isEmpty ? .normal : Self.kind(gguf.tokenTypes[id])
            if spelling.isEmpty { kind = .unused }
            try vocabulary.append(spelling, kind)
            if kind == .userDefined { added.append(AddedToken(id: TokenID(id), content: spelling)) }
        }
        for (rank, merge) in gguf.merges.enumerated() {
            // llama.cpp looks for the space from the second byte on.
            guard let space = merge.dropFirst().firstIndex(of: UInt8(ascii: " ")) else {
                throw vocabulary.failure("merge \(rank) is not two tokens with a space between")
            }
            try vocabulary.appendMerge(merge[..<space], merge[(space + 1)...])
        }
        if let bos = gguf.bos, !(0..<gguf.tokens.count).contains(bos) {
            throw vocabulary.failure(
                "tokenizer.ggml.bos_token_id is \(bos), expected less than \(gguf.tokens.count)")
        }
        if gguf.addBOS == true, gguf.bos == nil {
            throw vocabulary.failure("it adds a BOS token but has no tokenizer.ggml.bos_token_id")
        }
        try self.init(
            BPEContent(
                vocabulary: vocabulary, steps: preTokenizer.steps, added: added,
                ignoresMerges: preTokenizer.ignoresMerges, bosToken: gguf.bos.map(TokenID.init),
                addsBOS: gguf.bos != nil && gguf.addBOS ?? preTokenizer.addsBOS,
                preTokenizerName: preTokenizer.name, source: source))
    }

    private static func preTokenizer(
        _ gguf: GGUFVocabulary, _ named: String?
    ) throws(ModelError) -> GGUFPreTokenizer {
        let names = GGUFPreTokenizer.names.joined(separator: ", ")
        let hint = "name the right one with --pre; known are \(names)"
        guard let name = named ?? gguf.pre else {
            throw ModelError(
                "cannot use the tokenizer of \(gguf.source): it has no tokenizer.ggml.pre, so its "
                    + "pre-tokenizer is unknown", hint: hint)
        }
        if let reason = GGUFPreTokenizer.refusal(of: name) {
            throw ModelError(
                "cannot use the tokenizer of \(gguf.source): its pre-tokenizer "
                    + "\(name.debugDescription) is not supported: \(reason)",
                hint: "use the model's folder, with its tokenizer.json")
        }
        guard let found = GGUFPreTokenizer.named(name) else {
            throw ModelError(
                "cannot use the tokenizer of \(gguf.source): its pre-tokenizer "
                    + "\(name.debugDescription) is not known", hint: hint)
        }
        return found
    }

    /// Source: `llama_token_type` of llama.cpp.
    private static func kind(_ type: Int32) -> TokenKind {
        switch type {
        case 2, 3: .special
        case 4: .userDefined
        case 5: .unused
        default: .normal
        }
    }
}
