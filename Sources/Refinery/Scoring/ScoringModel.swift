import TeacherInference

/// A model that scores: read by this process, or served by an engine.
///
/// Two types are one: `LanguageModel` and ``ServedModel``. Whoever scores asks for what is below
/// and not which of them it is.
public protocol ScoringModel: Sendable {
    /// Its path, or the address that it is served at.
    var path: String { get }
    /// Its own tokenizer.
    var tokenizer: any Tokenizer { get }
    /// The token put in front of every sequence; nil under the context rule `none`.
    var contextToken: TokenID? { get }
    /// The resolved context rule: `none`, `bos`, or the named token's spelling.
    var contextRule: String { get }
    /// The longest sequence that can be scored, in tokens, the context token included.
    var maxContext: Int { get }
    /// The architecture, or the engine's kind.
    var architecture: String { get }
    /// Numbers in all weights; 0 where that is not known.
    var parameterCount: Int { get }
    /// What computes, in words: the kernels, or the engine.
    var computedBy: String { get }
    /// The folder or file on this machine that its tokenizer is read from.
    var localPath: String { get }
    /// What is known of it where an engine serves it.
    var served: ServedRecord? { get }

    /// Threads that wait for its answers; nil for a model that takes this machine's cores.
    var remoteWorkers: RemoteWorkers? { get }
    /// Bytes of weights that this process maps.
    var weightBytes: Int { get }
    /// Bytes that each worker adds for batches of `maxTokens` tokens with sequences up to `longest`.
    func workerMemory(maxTokens: Int, longest: Int) -> Int
    /// What a sequence of `tokens` tokens costs, in a unit of the model's own: floating-point
    /// operations, or tokens.
    func operations(tokens: Int) -> Double

    /// The files that hold the weights, as they were when they were mapped; none of a served model.
    var weightFiles: [FileIdentity] { get }
    /// The same files as they are now.
    func currentWeightFiles() throws(ModelError) -> [FileIdentity]
    /// SHA-256 over everything that decides its scores, 64 hexadecimal digits.
    ///
    /// - Parameters:
    ///   - cache: remembers what was computed of each file.
    ///   - told: hears how many bytes of the weights were read.
    /// - Returns: the digits.
    /// - Throws: `ModelError` or ``RefineryError`` where a file or the store cannot be read.
    func fingerprint(cache: Store?, told: (Int64) -> Void) throws -> String

    /// A scorer of one thread, for batches of `batchTokens` tokens.
    func makeScorer(batchTokens: Int) -> any SequenceScoring
}

/// The threads that wait for an engine's answers.
public struct RemoteWorkers: Sendable, Equatable {
    /// How many there are: one can record while others wait.
    public var threads: Int
    /// Tokens of each one's batch; together they keep every endpoint busy.
    public var batchTokens: Int

    /// Threads with batches of the given size.
    public init(threads: Int, batchTokens: Int) {
        self.threads = threads
        self.batchTokens = batchTokens
    }
}

extension ScoringModel {
    /// As ``fingerprint(cache:told:)``, and nobody hears how far it is.
    public func fingerprint(cache: Store?) throws -> String {
        try fingerprint(cache: cache, told: { _ in })
    }

    /// `text` as tokens, with what a score needs to know of its bytes.
    ///
    /// - Returns: the ids without the context token, and the bytes that the scored tokens cover.
    public func tokenize(_ text: UnsafeRawBufferPointer) -> (ids: [TokenID], scoredBytes: Int) {
        tokenizer.encodeForScoring(text, hasContext: contextToken != nil)
    }

    /// Refuses what was computed since the model was loaded where a weight file was written to.
    ///
    /// - Throws: ``ModelError`` where a file's size or time of writing is another.
    public func checkWeightFiles() throws(ModelError) {
        for (was, now) in zip(weightFiles, try currentWeightFiles())
        where (was.size, was.modified) != (now.size, now.modified) {
            throw ModelError(
                "\(was.path) was written to while it was read: the results are of no one model",
                hint: "run the command again; replace a model by renaming a new file over it")
        }
    }

    /// Tokens of a text that fit the context, which begins with the context token.
    public var roomForText: Int { maxContext - (contextToken == nil ? 0 : 1) }
}
