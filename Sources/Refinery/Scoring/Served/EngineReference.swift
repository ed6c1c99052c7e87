import ScoringEngines

/// A served model as a user names it: which engine, where, what it serves, and how.
public struct EngineReference: Sendable, Equatable {
    /// The engine's kind: `vllm` or `sglang`.
    public var kind: String
    /// The endpoints, `https://gpu7.lan:8000` and the like; all serve the same weights.
    public var urls: [String]
    /// The model's name, as served.
    public var model: String
    /// A local folder or .gguf file with the model's tokenizer: ids are ours.
    public var tokenizer = ""
    /// What the operator calls the weights; compared with what the engine says, where it does.
    public var revision: String?
    /// The numbers that the model is served in: part of its fingerprint.
    public var dtype = EngineReference.usualType
    /// A file with the key that requests carry.
    public var keyFile: String?
    /// A file with certificates in PEM that are trusted beside the system's.
    public var authorityFile: String?
    /// Tokens in flight at each endpoint.
    public var tokensInFlight = EngineReference.usualTokensInFlight
    /// Whether the key may go over a network unencrypted.
    public var allowsPlainHTTP = false

    /// What engines serve most models in.
    public static let usualType = "bfloat16"
    /// ``tokensInFlight`` where nobody says otherwise.
    public static let usualTokensInFlight = 16384
    /// What ``tokensInFlight`` may be.
    public static let tokensInFlightRange = 256...1_000_000

    /// A served model of the given parts, nothing further said.
    public init(kind: String, urls: [String], model: String) {
        self.kind = kind
        self.urls = urls
        self.model = model
    }

    /// Whether a text is meant as an engine's address, right or wrong, and not as a path.
    public static func isAddress(_ text: String) -> Bool { EngineAddress.isAddress(text) }

    /// Parses an address such as `vllm+http://host:8000/MODEL`.
    ///
    /// - Throws: ``RefineryError`` (invalid) for what is no address.
    public init(address: String) throws {
        do {
            let parsed = try EngineAddress(address)
            self.init(
                kind: parsed.kind.rawValue, urls: parsed.urls.map(\.description),
                model: parsed.model)
        } catch {
            throw RefineryError(error)
        }
    }

    /// What is wrong with it, in words; nil where it can be connected to.
    public var problem: String? {
        do {
            let address = try EngineAddress(kind: kind, urls: urls, model: model)
            _ = try address.check(hasKey: keyFile != nil, allowsPlainHTTP: allowsPlainHTTP)
            return nil
        } catch {
            return error.description
        }
    }

    /// ``dtype`` by one name where engines know several, in small letters.
    var canonicalType: String {
        switch dtype.lowercased() {
        case "float", "fp32": "float32"
        case "half", "fp16": "float16"
        case "bf16": "bfloat16"
        case let name: name
        }
    }

    /// Whether the model is served in 32 bits, so that it repeats itself closely.
    var isFloat32: Bool { canonicalType == "float32" }
}

extension RefineryError {
    /// What an engine's client says, by what is to be done about it.
    init(_ error: EngineError) {
        let kind: Kind =
            switch error.kind {
            case .unavailable: .engineAway
            // Whoever scores asks again itself; what still is wrong then, a person has to look at.
            case .wrongAnswer, .refused, .sequence: .engineRefused
            case .invalid: .invalid
            }
        self.init(kind, error.message, hint: error.hint)
    }
}
