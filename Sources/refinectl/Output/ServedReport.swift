import Refinery
import TeacherInference

/// What `inspect` says of a model that an engine serves.
struct ServedReport: Encodable, Sendable, Equatable {
    /// The address.
    var path: String
    /// The engine's kind.
    var engine: String
    /// The engine's version, where it says it.
    @NullEncoded var engineVersion: String?
    /// The model's name, as served.
    var model: String
    /// The path or hub name of the weights, as the engine says.
    @NullEncoded var root: String?
    /// The numbers that it is served in, as the user says.
    var dtype: String
    /// What the user calls the weights.
    @NullEncoded var revision: String?
    /// What the engine calls them.
    @NullEncoded var reportedRevision: String?
    /// The longest sequence that the engine takes, in tokens.
    var maxContext: Int
    /// The tokenizer's kind and its pre-tokenizer, read here.
    var tokenizer: String
    var tokenizerDigest: String
    /// Whether the engine's tokenizer was compared; nil where it has no `/tokenize`.
    @NullEncoded var sameTokenizer: Bool?
    /// The resolved context rule.
    var context: String
    /// The id of the token in front of a text.
    @NullEncoded var contextToken: Int?
    var fingerprint: String
    /// The mean NLL of a fixed text, nats.
    var canaryNLL: Double
    /// What the engine makes of it, where that was measured.
    @NullEncoded var speed: MeasuredSpeed?

    private enum CodingKeys: String, CodingKey {
        case path, engine, model, root, dtype, revision, tokenizer, context, fingerprint, speed
        case engineVersion = "engine_version"
        case reportedRevision = "reported_revision"
        case maxContext = "max_context"
        case tokenizerDigest = "tokenizer_digest"
        case sameTokenizer = "same_tokenizer"
        case contextToken = "context_token"
        case canaryNLL = "canary_nll"
    }

    /// A report of a model that was connected to.
    init(_ model: ServedModel, speed: MeasuredSpeed?) throws {
        path = model.path
        engine = model.record.kind
        engineVersion = model.record.engineVersion
        self.model = model.record.model
        root = model.record.root
        dtype = model.record.dtype
        revision = model.record.revision
        reportedRevision = model.record.reportedRevision
        maxContext = model.maxContext
        tokenizer = model.tokenizer.summary
        tokenizerDigest = ModelFingerprint.tokenizer(model.tokenizer)
        sameTokenizer = model.tokenizerWasCompared ? true : nil
        context = model.contextRule
        contextToken = model.contextToken.map(Int.init)
        fingerprint = try model.fingerprint(cache: nil)
        canaryNLL = model.record.canaryNLL
        self.speed = speed
    }

    /// The report for people.
    func render() -> String {
        var table = TextTable([("", .left), ("", .left)])
        func add(_ name: String, _ value: String) { table.add([name, value]) }
        add("model", path)
        add("engine", engineVersion.map { "\(engine) \($0)" } ?? engine)
        if let root { add("weights", root) }
        add("revision", revision ?? "not named")
        if let reportedRevision { add("", "the engine says \(reportedRevision)") }
        add("served in", dtype)
        add("context", "\(NumberText.count(maxContext)) tokens")
        add("tokenizer", tokenizer)
        add(
            "",
            sameTokenizer == true
                ? "the engine's makes the same tokens of every probe text"
                : "not compared: the engine has no /tokenize")
        add("in front of a text", contextToken.map { "\(context) (token \($0))" } ?? context)
        add("fingerprint", fingerprint)
        add("canary", "\(NumberText.fixed(canaryNLL, 6)) nats a token")
        if let speed {
            add("speed", "\(NumberText.rate(speed.tokensPerSecond)) tokens/s, measured")
            add(
                "",
                "\(NumberText.fixed(speed.hoursPerGB, 1)) hours a GB of English text, at "
                    + "\(NumberText.fixed(speed.bytesPerToken, 2)) bytes a token")
        }
        return NumberText.printableLines(table.render())
    }
}
