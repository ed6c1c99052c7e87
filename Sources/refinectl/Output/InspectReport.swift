import Refinery
import TeacherInference

/// What `inspect` says of a model.
struct InspectReport: Codable, Sendable, Equatable {
    /// Parameters of one weight type.
    struct WeightType: Codable, Sendable, Equatable {
        /// The type's name, such as `Q8_0`.
        var type: String
        /// Parameters of matrices in it.
        var parameters: Int
        /// Share of all matrices' parameters, 0 to 1.
        var share: Double
    }

    /// How the model would be scored with.
    struct Configuration: Sendable {
        /// Threads.
        var threads: Int
        /// The most tokens of a thread's batch.
        var batchTokens: Int
        /// The most tokens of a chunk.
        var maxTokens: Int

        /// The memory of scoring with `models`.
        func memory(_ models: [any ScoringModel]) -> ScoringMemory {
            ScoringMemory(
                models, threads: threads, batchTokens: batchTokens, maxTokens: maxTokens)
        }
    }

    var path: String
    var architecture: String
    var parameters: Int
    var layers: Int
    var hidden: Int
    var heads: Int
    var kvHeads: Int
    var headSize: Int
    var feedForward: Int
    /// Experts of a layer, in a mixture.
    @NullEncoded var experts: Int?
    /// Those of them that compute a token.
    @NullEncoded var expertsUsed: Int?
    /// The longest sequence in tokens.
    var maxContext: Int
    var vocabulary: Int
    var tiedHead: Bool
    var weightTypes: [WeightType]
    /// The tokenizer's kind and its pre-tokenizer.
    var tokenizer: String
    var tokenizerDigest: String
    /// The resolved context rule.
    var context: String
    /// The id of the token in front of a text.
    @NullEncoded var contextToken: Int?
    /// nil where it was not asked for.
    @NullEncoded var fingerprint: String?
    var kernels: String
    var threads: Int
    /// The most tokens of a thread's batch.
    var batchTokens: Int
    /// The most tokens of a chunk.
    var maxTokens: Int
    /// Bytes of weights, mapped from the file.
    var weightBytes: Int
    /// Bytes of working memory a thread.
    var workerBytes: Int
    /// Bytes of weights and all threads.
    var memoryBytes: Int
    /// Floating-point operations a token, in a text of the longest chunk or the whole context.
    var operationsPerToken: Double
    /// What this machine makes of it, where that was measured.
    @NullEncoded var speed: MeasuredSpeed?

    private enum CodingKeys: String, CodingKey {
        case path, architecture, parameters, layers, hidden, heads, vocabulary, tokenizer, context
        case fingerprint, kernels, threads, speed
        case kvHeads = "kv_heads"
        case headSize = "head_size"
        case feedForward = "feed_forward"
        case experts
        case expertsUsed = "experts_used"
        case maxContext = "max_context"
        case tiedHead = "tied_head"
        case weightTypes = "weight_types"
        case tokenizerDigest = "tokenizer_digest"
        case contextToken = "context_token"
        case batchTokens = "batch_tokens"
        case maxTokens = "max_tokens"
        case weightBytes = "weight_bytes"
        case workerBytes = "worker_bytes"
        case memoryBytes = "memory_bytes"
        case operationsPerToken = "flops_per_token"
    }

    /// A report of a loaded model; reads none of its matrices.
    init(
        _ model: LanguageModel, _ configuration: Configuration, fingerprint: String? = nil,
        speed: MeasuredSpeed? = nil
    ) {
        let shape = model.configuration
        let length = min(configuration.maxTokens, shape.context)
        path = model.path
        architecture = shape.architecture
        parameters = model.parameterCount
        (layers, hidden, heads) = (shape.layers, shape.hiddenSize, shape.heads)
        (kvHeads, headSize, feedForward) = (shape.kvHeads, shape.headSize, shape.feedForwardSize)
        (maxContext, vocabulary) = (shape.context, shape.vocabularySize)
        tiedHead = model.tiesHead
        let types = model.parametersByType
        let all = types.reduce(0) { $0 + $1.count }
        weightTypes = types.map {
            WeightType(
                type: $0.type.name, parameters: $0.count,
                share: Double($0.count) / Double(max(1, all)))
        }
        tokenizer = model.tokenizer.summary
        tokenizerDigest = ModelFingerprint.tokenizer(model.tokenizer)
        context = model.contextRule
        kernels = model.kernelName
        let memory = configuration.memory([model])
        (threads, batchTokens) = (memory.threads, memory.batchTokens)
        maxTokens = configuration.maxTokens
        (weightBytes, workerBytes) = (memory.weightBytes, memory.workerBytes)
        memoryBytes = memory.bytes
        operationsPerToken = model.operations(tokens: length) / Double(length)
        contextToken = model.contextToken.map(Int.init)
        self.fingerprint = fingerprint
        self.speed = speed
        experts = shape.experts?.count
        expertsUsed = shape.experts?.used
    }

    /// The report for people.
    func render() -> String {
        var table = TextTable([("", .left), ("", .left)])
        func add(_ name: String, _ value: String) { table.add([name, value]) }
        add("model", path)
        add("architecture", architecture)
        add("parameters", NumberText.count(parameters))
        add("layers", NumberText.count(layers))
        var mixture = ""
        if let experts, let expertsUsed { mixture = ", \(experts) experts, \(expertsUsed) a token" }
        add("hidden size", "\(hidden), feed-forward \(feedForward)\(mixture)")
        add("heads", "\(heads) of \(headSize), \(kvHeads) KV heads")
        add("context", "\(NumberText.count(maxContext)) tokens")
        add("vocabulary", "\(NumberText.count(vocabulary))\(tiedHead ? ", LM head tied" : "")")
        let types = weightTypes.map { "\($0.type) \(NumberText.fixed(100 * $0.share, 1)) %" }
        add("weights", types.joined(separator: ", "))
        add("tokenizer", tokenizer)
        add("in front of a text", contextToken.map { "\(context) (token \($0))" } ?? context)
        if let fingerprint { add("fingerprint", fingerprint) }
        add(
            "memory",
            "\(NumberText.bytes(Int64(memoryBytes))): \(NumberText.bytes(Int64(weightBytes))) of weights, "
                + "mapped, and \(NumberText.bytes(Int64(workerBytes))) for each of "
                + "\(NumberText.counted(Int64(threads), "thread"))")
        add(
            "",
            "batches of \(NumberText.count(batchTokens)) tokens, chunks of up to \(NumberText.count(maxTokens))"
        )
        add(
            "work",
            "\(NumberText.fixed(operationsPerToken / 1e6, 0)) MFLOP a token, kernels \(kernels)")
        if let speed {
            add("speed", "\(NumberText.rate(speed.tokensPerSecond)) tokens/s, measured")
            add(
                "",
                "\(NumberText.fixed(speed.hoursPerGB, 1)) hours a GB of English text, at "
                    + "\(NumberText.fixed(speed.bytesPerToken, 2)) bytes a token")
        }
        return table.render()
    }
}
