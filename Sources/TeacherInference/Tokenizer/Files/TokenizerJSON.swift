/// A reader of the parts of a Hugging Face `tokenizer.json` that decide ids.
struct TokenizerJSON {
    /// The whole file.
    let root: JSONValue
    /// Its path, for messages.
    let source: String
    /// What stands beside it.
    let companions: TokenizerCompanions

    /// An entry of `added_tokens`.
    struct Added {
        /// The token and how it matches.
        var token: AddedToken
        /// A control token, which text never becomes.
        var isSpecial: Bool
    }

    /// The tokenizer that the file defines: of bytes if its pre-tokenizer has ByteLevel, of
    /// characters otherwise.
    func tokenizer() throws(ModelError) -> any Tokenizer {
        if hasByteLevel(root.member("pre_tokenizer")) { return try ByteLevelBPE(self) }
        return try SentencePieceBPE(self)
    }

    private func hasByteLevel(_ component: JSONValue?) -> Bool {
        component?["type"]?.text == "ByteLevel"
            || component?["pretokenizers"]?.array?.contains(where: hasByteLevel) == true
    }

    /// The error for a component or option that refinery does not have.
    func unsupported(_ what: String) -> ModelError {
        ModelError("cannot use the tokenizer of \(source): it has \(what), which is not supported")
    }

    /// The error for a file that is not what it should be.
    func malformed(_ what: String) -> ModelError {
        ModelError(
            "cannot read the tokenizer of \(source): \(what)",
            hint: "the file looks damaged; copy it again")
    }

    /// The `model` object, checked to be a BPE without options that change ids.
    func model() throws(ModelError) -> JSONValue {
        guard root.object != nil else { throw malformed("expected an object, found \(root.kind)") }
        guard let model = root.member("model") else { throw malformed("\"model\" is missing") }
        if let type = model.member("type")?.text, type != "BPE" {
            throw unsupported("a model of type \(type.debugDescription)")
        }
        switch model.member("dropout") {
        case nil, .integer(0), .number(0): break
        default: throw unsupported("a dropout")
        }
        if model.member("continuing_subword_prefix").map({ $0.bytes?.isEmpty != true }) == true {
            throw unsupported("a continuing_subword_prefix")
        }
        if model.member("end_of_word_suffix").map({ $0.bytes?.isEmpty != true }) == true {
            throw unsupported("an end_of_word_suffix")
        }
        return model
    }

    /// Whether a byte without a token would become something else than nothing.
    func needsAllBytes(_ model: JSONValue) -> Bool {
        model.member("unk_token") != nil || model.member("byte_fallback")?.bool == true
    }

    /// A file that is parsed, and the texts of those beside it.
    init(
        root: JSONValue, source: String, configJSON: [UInt8]? = nil, specialMapJSON: [UInt8]? = nil,
        addedJSON: [UInt8]? = nil
    ) throws(ModelError) {
        (self.root, self.source) = (root, source)
        companions = try TokenizerCompanions(
            config: configJSON, specialMap: specialMapJSON, added: addedJSON, source: source)
    }

    /// The entries of `added_tokens` by ascending id, as the files beside it have them.
    func addedTokens() throws(ModelError) -> [Added] {
        guard let list = root.member("added_tokens") else { return [] }
        guard let entries = list.array else { throw malformed("\"added_tokens\" is \(list.kind)") }
        var result: [Added] = []
        for entry in entries {
            guard let id = entry["id"]?.integer, let tokenID = TokenID(exactly: id), id >= 0,
                let content = entry["content"]?.bytes, !content.isEmpty
            else { throw malformed("an added token without id or content") }
            let token = AddedToken(id: tokenID, content: content)
            result.append(Added(entry, of: Added(token: token, isSpecial: false)))
        }
        return try companions.applied(to: result.sorted { $0.token.id < $1.token.id })
    }

    /// The tokens and merges of `model` together with the added tokens.
    func vocabulary(_ model: JSONValue, _ added: [Added]) throws(ModelError) -> BPEVocabulary {
        guard let members = model["vocab"]?.object, let merges = model["merges"]?.array else {
            throw malformed("its model has no \"vocab\" object or no \"merges\" array")
        }
        let spellings = try self.spellings(members, added)
        var vocabulary = BPEVocabulary(source: source, mergeCount: merges.count)
        var kinds = [TokenKind](repeating: .normal, count: spellings.count)
        for entry in added {
            kinds[Int(entry.token.id)] = entry.isSpecial ? .special : .userDefined
        }
        var isInModel = [Bool](repeating: false, count: spellings.count)
        for (_, value) in members { if let id = value.integer { isInModel[id] = true } }
        for (id, spelling) in spellings.enumerated() {
            try vocabulary.append(
                spelling ?? [], spelling == nil ? .unused : kinds[id], isInModel: isInModel[id])
        }
        for (rank, merge) in merges.enumerated() {
            let pair = try pair(merge, rank)
            try vocabulary.appendMerge(pair.left, pair.right)
        }
        return vocabulary
    }

    /// The two tokens of a merge, which newer files have as an array and older ones as a text.
    func pair(
        _ merge: JSONValue, _ rank: Int
    ) throws(ModelError) -> (left: ArraySlice<UInt8>, right: ArraySlice<UInt8>) {
        if let text = merge.bytes {
            let parts = text.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            if parts.count == 2 { return (parts[0], parts[1]) }
        } else if let parts = merge.array, parts.count == 2, let left = parts[0].bytes,
            let right = parts[1].bytes
        {
            return (left[...], right[...])
        }
        throw malformed("merge \(rank) is not two tokens")
    }

    /// The spelling of each id, nil where the file names none.
    func spellings(
        _ members: [(key: [UInt8], value: JSONValue)], _ added: [Added]
    ) throws(ModelError) -> [[UInt8]?] {
        // Ids may have gaps, but a file cannot make us allocate much more than it holds.
        let limit = 4 * (members.count + added.count) + 4096
        var result: [[UInt8]?] = []
        func place(_ spelling: [UInt8], _ id: Int) throws(ModelError) {
            guard id >= 0, id < limit else {
                throw malformed("token \(JSONParser.quoted(spelling)) has the id \(id)")
            }
            if id >= result.count {
                result.append(contentsOf: repeatElement(nil, count: id + 1 - result.count))
            }
            if let other = result[id], other != spelling {
                throw malformed(
                    "id \(id) is both \(JSONParser.quoted(other)) and \(JSONParser.quoted(spelling))"
                )
            }
            result[id] = spelling
        }
        for (spelling, value) in members {
            guard let id = value.integer else {
                throw malformed("token \(JSONParser.quoted(spelling)) has no integer id")
            }
            try place(spelling, id)
        }
        for (previous, entry) in zip([nil] + added.map(Optional.some), added) {
            if previous?.token.id == entry.token.id {
                throw malformed("added token \(entry.token.id) stands there twice")
            }
            try place(entry.token.content, Int(entry.token.id))
        }
        return result
    }
}
