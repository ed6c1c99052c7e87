import Foundation

/// The files of a Hugging Face folder that say how its tokenizer works.
///
/// A reference model that is trained with a teacher's tokenizer needs them beside its weights, so
/// that refinery and transformers read the same tokenizer.
public enum TokenizerFolder {
    /// The names of the files, of which few folders have all.
    public static let names = [
        "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "special_tokens_map.json",
        "added_tokens.json",
    ]

    /// No tokenizer's file is larger: Gemma's tokenizer.json has 33 MB.
    private static let maxBytes = 1 << 28

    /// Writes the tokenizer of `model` into `folder`, which exists, and checks what was written.
    ///
    /// A Hugging Face folder's files are copied. For a GGUF a `tokenizer.json` and a
    /// `tokenizer_config.json` are made. They give the same ids, the same digest and the same context
    /// rule. A file of one of these names that is there is replaced as a whole.
    ///
    /// - Parameters:
    ///   - model: A `.gguf` file, of which the vocabulary is enough, or a Hugging Face folder.
    ///   - pre: The pre-tokenizer, where a GGUF file names none.
    ///   - folder: Where the files are written.
    /// - Returns: The names of the files.
    /// - Throws: ``ModelError`` for a tokenizer that cannot be used or that the files cannot say, and
    ///   where they cannot be written.
    @discardableResult
    public static func write(
        of model: String, pre: String? = nil, to folder: String
    ) throws(ModelError) -> [String] {
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: model, isDirectory: &isFolder)
        let tokenizer: any Tokenizer
        let files: [(name: String, bytes: [UInt8])]
        if isThere, isFolder.boolValue {
            tokenizer = try LanguageModel.loadTokenizer(path: model)
            files = try self.files(of: model)
        } else {
            (tokenizer, files) = try made(of: LanguageModel.loadVocabulary(path: model), pre: pre)
        }
        try refuseOthers(in: folder, beside: files.map(\.name))
        for file in files { try ReplacedFile.write(file.bytes, to: folder + "/" + file.name) }
        try check(folder, against: tokenizer)
        return files.map(\.name)
    }

    /// Refuses a folder whose tokenizer differs from `tokenizer` in its content or in whether, and
    /// with which token, BOS is put in front of a text.
    ///
    /// - Throws: ``ModelError`` that says what differs.
    public static func check(
        _ folder: String, against tokenizer: any Tokenizer
    ) throws(ModelError) {
        let found = try LanguageModel.loadTokenizer(path: folder)
        if let difference = difference(of: found, from: tokenizer) {
            throw ModelError(
                "the tokenizer in \(folder) is not the one that was to be written there: "
                    + difference,
                hint: "run the command again; did another program write to the model or the folder?"
            )
        }
    }

    /// What differs, for people; nil for equal tokenizers.
    private static func difference(
        of found: any Tokenizer, from expected: any Tokenizer
    ) -> String? {
        func content(_ tokenizer: any Tokenizer) -> [UInt8] {
            var bytes: [UInt8] = []
            tokenizer.serializeContent { bytes.append(contentsOf: $0) }
            return bytes
        }
        if content(found) != content(expected) { return "its content is another" }
        func front(_ tokenizer: any Tokenizer) -> String {
            tokenizer.addsBOS ? "token \(tokenizer.bosToken ?? -1)" : "nothing"
        }
        guard front(found) != front(expected) else { return nil }
        return "\(front(found)) stands in front of a text, expected \(front(expected))"
    }

    /// The tokenizer of a GGUF file's vocabulary and the files that say the same.
    static func made(
        of vocabulary: GGUFVocabulary, pre: String? = nil
    ) throws(ModelError) -> (any Tokenizer, [(name: String, bytes: [UInt8])]) {
        func token(_ id: Int?) -> TokenID? { id.flatMap(TokenID.init(exactly:)) }
        let names = TokenizerDefinition.Names(
            eos: token(vocabulary.eos), unknown: token(vocabulary.unknown))
        let tokenizer = try vocabulary.tokenizer(pre: pre)
        let definition: TokenizerDefinition
        switch tokenizer {
        case let bytes as ByteLevelBPE: definition = try bytes.definition(names: names)
        case let pieces as SentencePieceBPE: definition = try pieces.definition(names: names)
        default:
            throw TokenizerDefinition.cannotExpress(
                "it is \(tokenizer.summary)", source: vocabulary.source)
        }
        let (json, config) = (try definition.tokenizerJSON(), definition.configJSON())
        // Nothing is written that refinery itself would read otherwise.
        let source = "the tokenizer.json made of \(vocabulary.source)"
        let read = try TokenizerJSON(
            root: JSONParser.parse(json, source: source), source: source, configJSON: config
        ).tokenizer()
        if let difference = difference(of: read, from: tokenizer) {
            throw definition.cannotExpress("read again, " + difference)
        }
        return (tokenizer, [("tokenizer.json", json), ("tokenizer_config.json", config)])
    }

    /// The files that are in a Hugging Face folder.
    private static func files(
        of model: String
    ) throws(ModelError) -> [(name: String, bytes: [UInt8])] {
        var files: [(name: String, bytes: [UInt8])] = []
        for name in names {
            let path = model + "/" + name
            guard let bytes = try RegularFile.bytes(ifThere: path, atMost: maxBytes) else {
                continue
            }
            files.append((name, bytes))
        }
        return files
    }

    /// Refuses a folder with files that would count beside the ones that are written.
    private static func refuseOthers(
        in folder: String, beside written: [String]
    ) throws(ModelError) {
        for name in names where !written.contains(name) {
            let path = folder + "/" + name
            guard FileManager.default.fileExists(atPath: path) else { continue }
            throw ModelError(
                "cannot write a tokenizer to \(folder): \(name) of another is there",
                hint: "name an empty folder, or remove \(path)")
        }
    }
}
