extension SentencePieceBPE {
    /// The tokenizer of a GGUF file whose `tokenizer.ggml.model` is "llama".
    ///
    /// Source: `llama_vocab::impl::load` and `tokenize` of llama.cpp, at 00ad355e009e.
    public convenience init(gguf: GGUFVocabulary) throws(ModelError) {
        var vocabulary = SentencePieceVocabulary(source: gguf.source, mergeCount: gguf.tokens.count)
        guard let scores = gguf.scores, scores.count == gguf.tokens.count else {
            throw vocabulary.failure(
                "tokenizer.ggml.scores has \(gguf.scores?.count ?? 0) entries, expected "
                    + "\(gguf.tokens.count), one a token")
        }
        guard gguf.tokenTypes.isEmpty || gguf.tokenTypes.count == gguf.tokens.count else {
            throw vocabulary.failure(
                "tokenizer.ggml.token_type has \(gguf.tokenTypes.count) entries, expected "
                    + "\(gguf.tokens.count), one a token")
        }
        guard gguf.tokens.count < Int(Int32.max) / 2 else {
            throw vocabulary.failure("too many tokens")
        }
        guard !gguf.normalizes else {
            throw ModelError(
                "cannot use the tokenizer of \(gguf.source): it collapses white space or maps "
                    + "characters (tokenizer.ggml.remove_extra_whitespaces, "
                    + "tokenizer.ggml.precompiled_charsmap), which is not supported for SentencePiece "
                    + "BPE in GGUF")
        }
        var added: [AddedToken] = []
        // What llama.cpp knows of Phi-3 by its name alone, for GGUF has no place for it.
        let name = gguf.modelName?.lowercased() ?? ""
        let strips = name.contains("phi-3") || name.contains("phi3")
        for (id, spelling) in gguf.tokens.enumerated() {
            let kind = Self.kind(gguf.tokenTypes.isEmpty ? 1 : gguf.tokenTypes[id], spelling)
            try vocabulary.append(spelling.isEmpty ? nil : spelling, kind)
            if kind == .userDefined, !spelling.isEmpty {
                added.append(
                    AddedToken(id: TokenID(id), content: spelling, stripsRight: strips))
            }
        }
        try vocabulary.mergeByScore(scores)
        for byte in UInt8.min...UInt8.max where vocabulary.byteTokens[Int(byte)] < 0 {
            // A byte that is a character with a piece needs no fallback.
            let hasPiece = byte < 0x80 && vocabulary.isPiece([byte])
            guard hasPiece else {
                let digits = String(byte, radix: 16, uppercase: true)
                throw vocabulary.failure(
                    "it has no token <0x\(byte < 16 ? "0" : "")\(digits)> for a byte of characters "
                        + "without one")
            }
        }
        // llama.cpp's default for a file that does not say.
        let bos = gguf.bos ?? (gguf.tokens.count > 1 ? 1 : nil)
        if let bos, !(0..<gguf.tokens.count).contains(bos) {
            throw vocabulary.failure(
                "tokenizer.ggml.bos_token_id is \(bos), expected less than \(gguf.tokens.count)")
        }
        let space = NormalizerStep.replace([UInt8(ascii: " ")], Self.spaceMark)
        let addsSpace = gguf.addsSpacePrefix ?? true
        try self.init(
            SentencePieceContent(
                vocabulary: vocabulary,
                normalizer: addsSpace ? [.prepend(Self.spaceMark), space] : [space], added: added,
                fallsBackToBytes: true, bosToken: bos.map(TokenID.init),
                addsBOS: bos != nil && gguf.addBOS ?? true, source: gguf.source))
    }

    /// Source: `llama_token_type` of llama.cpp, and the names that it takes for control tokens
    /// whatever their type.
    private static func kind(_ type: Int32, _ spelling: [UInt8]) -> TokenKind {
        switch type {
        case 2, 3: .special
        case 4: controlNames.contains(spelling) ? .special : .userDefined
        case 5: .unused
        default: SentencePieceVocabulary.byte(ofSpelling: spelling) == nil ? .normal : .byte
        }
    }

    private static let controlNames = Set(
        [
            "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>",
            "<|calls|>", "<end_of_turn>", "<|endoftext|>", "</s>", "<|eom_id|>", "<EOT>", "_<EOT>",
            "[EOT]", "[EOS]", "<|end_of_text|>", "<end_of_utterance>", "<eos>",
        ].map { Array($0.utf8) })
}
