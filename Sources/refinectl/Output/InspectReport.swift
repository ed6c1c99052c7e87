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
    var tokenizer: String
    var tokenizerDigest: String
    /// The resolved context rule.
    var context: String
    /// The id of the token in front of a text.
    @NullEncoded var contextToken: Int?
    var fingerprint: String
    var kernels: String
    /// Bytes of weights, mapped from the file.
    var weightBytes: Int
    /// Bytes of working memory a thread.
    var workerBytes: Int
    /// Floating-point operations a token, in a text of 1,024 tokens or the whole context.
    var operationsPerToken: Double

    private enum CodingKeys: String, CodingKey {
        case path, architecture, parameters, layers, hidden, heads, vocabulary, tokenizer, context
        case fingerprint, kernels
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
        case weightBytes = "weight_bytes"
        case workerBytes = "worker_bytes"
        case operationsPerToken = "flops_per_token"
    }

    /// A report of a loaded model; reads all of its weights for the fingerprint.
    init(_ model: LanguageModel) throws {
        let shape = model.configuration
        let length = min(1024, shape.context)
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
        fingerprint = try ModelFingerprint.of(model)
        kernels = model.kernelName
        weightBytes = model.weightBytes
        workerBytes = model.workerMemory(maxTokens: TextScorer.batchTokens, longest: length)
        operationsPerToken = model.operations(tokens: length) / Double(length)
        contextToken = model.contextToken.map(Int.init)
        experts = shape.experts?.count
        expertsUsed = shape.experts?.used
    }

    /// The report for people.
    func render() -> String {
        var table = TextTable([("", .left), ("", .left)])
        func add(_ name: String, _ value: String) { table.add([name, value]) }
        add("model", path)
        add("architecture", architecture)
        add("parameters", Words.count(parameters))
        add("layers", Words.count(layers))
        var mixture = ""
        if let experts, let expertsUsed { mixture = ", \(experts) experts, \(expertsUsed) a token" }
        add("hidden size", "\(hidden), feed-forward \(feedForward)\(mixture)")
        add("heads", "\(heads) of \(headSize), \(kvHeads) KV heads")
        add("context", "\(Words.count(maxContext)) tokens")
        add("vocabulary", "\(Words.count(vocabulary))\(tiedHead ? ", LM head tied" : "")")
        let types = weightTypes.map { "\($0.type) \(Words.fixed(100 * $0.share, 1)) %" }
        add("weights", types.joined(separator: ", "))
        add("tokenizer", tokenizer)
        add("in front of a text", contextToken.map { "\(context) (token \($0))" } ?? context)
        add("fingerprint", fingerprint)
        add(
            "memory",
            "\(Words.bytes(Int64(weightBytes))) of weights, mapped, and "
                + "\(Words.bytes(Int64(workerBytes))) a thread")
        add("work", "\(Words.fixed(operationsPerToken / 1e6, 0)) MFLOP a token, kernels \(kernels)")
        return table.render()
    }
}

/// What `inspect` says of two models together.
struct PairReport: Codable, Sendable, Equatable {
    /// Both turn every text into the same ids.
    var sameTokenizer: Bool
    /// Both are the same in all that decides scores.
    var sameModel: Bool
    /// What a difference is taken over: `token`, `byte`, or `none` where the pair is refused.
    var per: String

    private enum CodingKeys: String, CodingKey {
        case per
        case sameTokenizer = "same_tokenizer"
        case sameModel = "same_model"
    }

    /// Two models compared.
    init(_ first: InspectReport, _ second: InspectReport) {
        sameTokenizer = first.tokenizerDigest == second.tokenizerDigest
        sameModel = first.fingerprint == second.fingerprint
        if sameTokenizer && first.context == second.context {
            per = "token"
        } else {
            per = first.contextToken != nil && second.contextToken != nil ? "byte" : "none"
        }
    }

    /// The comparison for people.
    func render() -> String {
        var text =
            "the models \(sameTokenizer ? "share a tokenizer" : "have different tokenizers"): "
        switch per {
        case "token": text += "their difference is taken per token\n"
        case "byte": text += "their difference is taken per byte\n"
        default:
            text +=
                "as a pair they are refused, since one has no context token "
                + "(name one with --context, such as bos or '<|endoftext|>')\n"
        }
        return text
    }
}
