import Foundation

/// A causal language model read from a `.gguf` file or a Hugging Face folder: configuration, mapped
/// weights and tokenizer.
///
/// Immutable and shared by every thread that scores with it.
public final class LanguageModel: Sendable {
    /// What a user says about a model beside its path.
    public struct Options: Sendable {
        /// `auto`, `none`, `bos`, or the spelling of a control token to stand in BOS's place.
        public var context: String
        /// The pre-tokenizer, where a GGUF file names none.
        public var pre: String?
        /// Fields of config.json that need not be understood.
        public var ignoredConfig: [String]

        /// Options with the defaults of the command line.
        public init(context: String = "auto", pre: String? = nil, ignoredConfig: [String] = []) {
            self.context = context
            self.pre = pre
            self.ignoredConfig = ignoredConfig
        }
    }

    /// Path as the user named it.
    public let path: String
    /// Shape and constants.
    public let configuration: ModelConfiguration
    /// The model's own tokenizer.
    public let tokenizer: any Tokenizer
    /// The token put in front of every sequence, or nil under the context rule `none`.
    public let contextToken: TokenID?
    /// The resolved context rule: `none`, `bos`, or the named token's spelling.
    public let contextRule: String

    /// Fields of config.json that the user had ignored, with their values.
    private let ignoredFields: [String]
    private let weights: DecoderWeights
    private let file: any WeightFile
    private let kernels: ComputeKernels

    /// Loads the model at `path`; weights stay in the file and are read as they are needed.
    ///
    /// - Throws: ``ModelError`` naming the file and what in it cannot be used.
    public convenience init(path: String, options: Options = Options()) throws(ModelError) {
        try self.init(path: path, options: options, kernels: .chosen())
    }

    /// As ``init(path:options:)``, on the kernels named.
    init(path: String, options: Options = Options(), kernels: ComputeKernels) throws(ModelError) {
        self.path = path
        self.kernels = kernels
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ModelError(
                "cannot open \(path): no such file or folder",
                hint: "a model is a .gguf file or a Hugging Face folder")
        }
        if isFolder.boolValue {
            let ignored = Set(options.ignoredConfig)
            let folder = try ModelFolder(path: path, ignored: ignored)
            let (config, family) = (folder.config, folder.family)
            configuration = try ModelConfiguration(
                huggingFace: config, family: family, ignored: ignored)
            ignoredFields = folder.ignoredFields
            let file = try SafetensorsFile(folder: path)
            try ModelFolder.refuseQuantised(file)
            weights = try DecoderWeights(
                file: file, names: folder.names, configuration: configuration,
                tied: folder.tiesHead)
            try ExpectedBiases(huggingFace: config, family: family)
                .check(weights, path: config.path)
            self.file = file
        } else {
            let file = try GGUFFile(path: path)
            let family = try DecoderFamily(gguf: file)
            configuration = try ModelConfiguration(gguf: file)
            weights = try DecoderWeights(
                file: file, names: .gguf(family), configuration: configuration,
                tied: family.ggufMayTieHead ? nil : false)
            try ExpectedBiases(gguf: family).check(weights, path: path)
            ignoredFields = []
            self.file = file
        }
        tokenizer = try Self.loadTokenizer(path: path, pre: options.pre)
        // A control token behind them, such as one for padding, is never looked up.
        guard tokenizer.textTokenLimit <= configuration.vocabularySize else {
            throw ModelError(
                "\(path): text can become token \(tokenizer.textTokenLimit - 1) of the tokenizer's "
                    + "\(tokenizer.vocabularySize), but the embedding has "
                    + "\(configuration.vocabularySize) rows",
                hint: "the tokenizer does not belong to these weights")
        }
        (contextToken, contextRule) = try Self.contextToken(
            for: options.context, tokenizer: tokenizer, path: path)
        if let contextToken, Int(contextToken) >= configuration.vocabularySize {
            throw ModelError(
                "\(path): the context token is \(contextToken), but the embedding has "
                    + "\(configuration.vocabularySize) rows",
                hint: "name another control token with --context, or use --context none")
        }
    }

    /// Only the tokenizer at `path`: any architecture, no tensors needed.
    ///
    /// - Throws: ``ModelError`` naming the file and what in it cannot be used.
    public static func loadTokenizer(
        path: String, pre: String? = nil
    ) throws(ModelError) -> any Tokenizer {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ModelError("cannot open \(path): no such file or folder")
        }
        guard isFolder.boolValue else {
            return try loadVocabulary(path: path).tokenizer(pre: pre)
        }
        func read(_ name: String) throws(ModelError) -> [UInt8]? {
            try RegularFile.bytes(ifThere: path + "/" + name)
        }
        guard let json = try read("tokenizer.json") else {
            if let model = try read("tokenizer.model") {
                return try SentencePieceModel(
                    model: model, configJSON: try read("tokenizer_config.json"),
                    specialMapJSON: try read("special_tokens_map.json"),
                    addedJSON: try read("added_tokens.json"), source: path + "/tokenizer.model")
            }
            throw ModelError(
                "cannot read \(path)/tokenizer.json, nor a tokenizer.model in its place",
                hint: FileManager.default.fileExists(atPath: path + "/vocab.json")
                    ? "transformers makes one of vocab.json and merges.txt: "
                        + "AutoTokenizer.from_pretrained(folder).save_pretrained(folder)"
                    : "copy the model's tokenizer.json beside its config.json")
        }
        let root = try JSONParser.parse(json, source: path + "/tokenizer.json")
        return try TokenizerJSON(
            root: root, source: path + "/tokenizer.json",
            configJSON: try read("tokenizer_config.json"),
            specialMapJSON: try read("special_tokens_map.json"),
            addedJSON: try read("added_tokens.json")
        ).tokenizer()
    }

    /// Only the tokenizer metadata of the GGUF file at `path`.
    static func loadVocabulary(path: String) throws(ModelError) -> GGUFVocabulary {
        try GGUFVocabulary(GGUFFile(path: path, vocabularyOnly: true))
    }

    /// Longest sequence that can be scored, in tokens, the context token included.
    public var maxContext: Int { configuration.context }

    /// Numbers in all weights, a tied head counted once.
    public var parameterCount: Int {
        weights.matrices.reduce(0) { $0 + $1.count } + weights.vectors.reduce(0) { $0 + $1.count }
    }

    /// Numbers by weight type, most first: the matrices alone.
    public var parametersByType: [(type: TensorType, count: Int)] {
        var counts: [TensorType: Int] = [:]
        for matrix in weights.matrices { counts[matrix.type, default: 0] += matrix.count }
        return counts.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
            .map { ($0.key, $0.value) }
    }

    /// Whether the LM head is the embedding.
    public var tiesHead: Bool { weights.head.name == weights.embedding.name }

    /// Bytes of weights that are mapped.
    public var weightBytes: Int { weights.matrices.reduce(0) { $0 + $1.byteCount } }

    /// The kernels that score: avx512, avx2, openblas or portable.
    public var kernelName: String { kernels.name }

    /// Bytes that each worker adds for batches of `maxTokens` tokens with sequences up to `longest`.
    public func workerMemory(maxTokens: Int, longest: Int) -> Int {
        Transformer.memory(
            configuration, kernels: kernels, maxTokens: maxTokens, longest: longest)
    }

    /// Floating-point operations to score a sequence of `tokens` tokens, the context token included
    /// where there is one: the last has nothing to predict.
    public func operations(tokens: Int) -> Double {
        Transformer.operations(configuration, tokens: tokens, scored: max(0, tokens - 1))
    }

    /// `text` as tokens, with what a score needs to know of its bytes.
    ///
    /// - Returns: the ids without the context token, and the bytes that the scored tokens cover:
    ///   all of them, but for the first token's where nothing stands in front of it.
    public func tokenize(_ text: UnsafeRawBufferPointer) -> (ids: [TokenID], scoredBytes: Int) {
        tokenizer.encodeForScoring(text, hasContext: contextToken != nil)
    }

    /// The files that hold the weights, as they were when they were mapped.
    public var weightFiles: [FileIdentity] { file.files.map(\.identity) }

    /// The same files as they are now: others may write into them, which changes the weights.
    ///
    /// - Throws: ``ModelError`` when the file system cannot say.
    public func currentWeightFiles() throws(ModelError) -> [FileIdentity] {
        var files: [FileIdentity] = []
        for file in file.files { files.append(try file.currentIdentity()) }
        return files
    }

    /// The bytes of weight file `index`, mapped.
    public func withWeightFile<R>(_ index: Int, _ body: (UnsafeRawBufferPointer) throws -> R)
        rethrows -> R
    {
        try withExtendedLifetime(file.files[index]) { try body(file.files[index].bytes) }
    }

    /// What decides a score beside the weights' bytes and the tokenizer's content: scoring version,
    /// compute precision, configuration, context rule, fields that were ignored.
    ///
    /// Part of the model's fingerprint.
    public var arithmetic: String {
        "refinery-scoring-1 float32 context=\(contextRule.utf8.count):\(contextRule) \(configuration) "
            + "tied=\(tiesHead)\(ignoredFields.isEmpty ? "" : " ignored=\(ignoredFields)")"
    }

    /// Working memory of one thread; the scorer owns it.
    func makeTransformer(maxTokens: Int) -> Transformer {
        Transformer(
            configuration: configuration, weights: weights, kernels: kernels, maxTokens: maxTokens)
    }

    /// What a context rule means with a tokenizer.
    ///
    /// - Parameters:
    ///   - context: `auto`, `none`, `bos` or a control token's spelling.
    ///   - tokenizer: the model's.
    ///   - path: where that was read from, for errors.
    /// - Returns: The token to put in front of every sequence, or nil, and the resolved rule.
    /// - Throws: ``ModelError`` for a token that the tokenizer does not have.
    public static func contextToken(
        for context: String, tokenizer: any Tokenizer, path: String
    ) throws(ModelError) -> (TokenID?, String) {
        switch context {
        case "none":
            return (nil, "none")
        case "auto" where !tokenizer.addsBOS:
            return (nil, "none")
        case "auto", "bos":
            guard let bos = tokenizer.bosToken else {
                throw ModelError(
                    "\(path): the context rule asks for BOS, but the tokenizer names none",
                    hint: "name a control token with --context, or use --context none")
            }
            return (bos, "bos")
        default:
            guard let id = tokenizer.id(ofToken: context) else {
                throw ModelError(
                    "\(path): the context token \"\(context)\" is not in the vocabulary",
                    hint: "use auto, none, bos, or a token as the vocabulary spells it")
            }
            return (id, context)
        }
    }
}
