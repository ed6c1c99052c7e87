import Logging
import ScoringEngines
import TeacherInference

/// What is known of a served model before its engine is asked: the address, and our tokenizer.
///
/// Reading it takes time, and an engine may be away for long. So it is read once.
struct ServedSource: Sendable {
    /// The model as the user names it.
    let engine: EngineReference
    /// Where it is.
    let address: EngineAddress
    /// Read from this machine: ids are ours.
    let tokenizer: any Tokenizer
    /// The token put in front of every sequence; nil under the context rule `none`.
    let contextToken: TokenID?
    /// The resolved context rule.
    let contextRule: String
    /// The model's fingerprint.
    let digest: String

    /// Reads the tokenizer, and warns of texts that go over a network unencrypted.
    ///
    /// - Parameters:
    ///   - reference: the model, which has an engine.
    ///   - logger: is told of what is noteworthy.
    /// - Throws: ``RefineryError`` (invalid) for an address or a key that cannot be used;
    ///   `ModelError` for the tokenizer.
    init(_ reference: ModelReference, logger: Logger) throws {
        guard let engine = reference.engine else {
            throw RefineryError(.invalid, "\(reference) is served by no engine")
        }
        self.engine = engine
        do {
            address = try Self.address(of: engine, logger)
        } catch {
            throw RefineryError(error)
        }
        tokenizer = try LanguageModel.loadTokenizer(path: engine.tokenizer, pre: reference.pre)
        (contextToken, contextRule) = try LanguageModel.contextToken(
            for: reference.context, tokenizer: tokenizer, path: engine.tokenizer)
        digest = ModelFingerprint.served(
            engine, tokenizerDigest: ModelFingerprint.tokenizer(tokenizer),
            contextRule: contextRule)
    }

    private static func address(
        of engine: EngineReference, _ logger: Logger
    ) throws(EngineError) -> EngineAddress {
        let address = try EngineAddress(
            kind: engine.kind, urls: engine.urls, model: engine.model)
        for warning in try address.check(
            hasKey: engine.keyFile != nil, allowsPlainHTTP: engine.allowsPlainHTTP)
        {
            switch warning {
            case .plainHTTP(let urls):
                logger.warning(
                    "texts go over the network unencrypted",
                    metadata: ["engine.url": "\(urls.map(\.description).joined(separator: " "))"])
            }
        }
        return address
    }
}
