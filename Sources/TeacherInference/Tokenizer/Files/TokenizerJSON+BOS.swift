extension TokenizerJSON {
    /// The BOS token and whether it is put in front; the vocabulary has `count` ids.
    ///
    /// As transformers 5 has it, the post-processor alone says whether: `add_bos_token` of the
    /// `tokenizer_config.json` beside the file is not read. Its class GPTNeoXTokenizer makes a
    /// post-processor of its own, which adds nothing.
    func bos(
        count: Int, id: ([UInt8]) -> TokenID?
    ) throws(ModelError) -> (token: TokenID?, isAdded: Bool) {
        let template = try templateBOS(count: count)
        let makesItsOwn = ["GPTNeoXTokenizer", "GPTNeoXTokenizerFast"]
            .contains(companions.tokenizerClass)
        return (template ?? companions.bosSpelling.flatMap(id), template != nil && !makesItsOwn)
    }

    /// The token that the post-processor puts in front of a text, or nil for none.
    private func templateBOS(count: Int) throws(ModelError) -> TokenID? {
        guard let processor = root.member("post_processor") else { return nil }
        return try bos(processor, count: count)
    }

    private func bos(
        _ processor: JSONValue, count: Int
    ) throws(ModelError) -> TokenID? {
        let type = try type(of: processor, "post_processor")
        switch type {
        case "ByteLevel":
            return nil
        case "Sequence":
            var found: TokenID?
            for part in processor["processors"]?.array ?? [] {
                guard let token = try bos(part, count: count) else { continue }
                guard found == nil else { throw unsupported("two templates that add tokens") }
                found = token
            }
            return found
        case "TemplateProcessing":
            var front: [[UInt8]] = []
            for element in processor["single"]?.array ?? [] {
                guard let name = element["SpecialToken"]?["id"]?.bytes else { break }
                front.append(name)
            }
            guard front.count <= 1 else {
                throw unsupported("a template that puts \(front.count) tokens in front")
            }
            guard let name = front.first else { return nil }
            let entry = processor["special_tokens"]?.object?.first { $0.key == name }
            guard let ids = entry?.value["ids"]?.array, ids.count == 1, let id = ids[0].integer,
                (0..<count).contains(id)
            else { throw malformed("its template names a token without one valid id") }
            return TokenID(id)
        default:
            throw unsupported("the post-processor \(type)")
        }
    }
}
