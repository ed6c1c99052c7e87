import ArgumentParser
import Refinery

/// Which part of a corpus a reference is trained on, and how large it is.
struct TrainingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Share of the documents that train (default: 0.05, more of a small corpus).",
            valueName: "share"))
    var share: String?

    @Option(help: ArgumentHelp("Train on about so many tokens instead.", valueName: "n"))
    var tokens: Int64?

    @Option(
        help: ArgumentHelp(
            "Share of the documents that is held out, to judge the model (default: 0.005, more of few documents).",
            valueName: "share"))
    var heldOut: String?

    @Option(
        help: ArgumentHelp(
            "Passes over the slice (default: up to 4, until 8,000,000 tokens are seen).",
            valueName: "n"))
    var epochs: Int?

    @Option(
        help: ArgumentHelp("Layers of the model, with --width (default: auto).", valueName: "n"))
    var layers: Int?

    @Option(help: ArgumentHelp("Width of the model, with --layers.", valueName: "n"))
    var width: Int?

    @Option(
        help: ArgumentHelp(
            "The longest that training may take; a smaller model is taken for it.",
            valueName: "hours"))
    var hours: Double?

    @Option(help: ArgumentHelp("Decides slice, first weights and order.", valueName: "n"))
    var seed: UInt64 = 0

    @Flag(help: "Train on fewer than 2,000,000 tokens, too.")
    var anyway = false

    /// Refuses what cannot be meant.
    func validate() throws {
        guard share == nil || tokens == nil else {
            throw ValidationError("--share and --tokens are two ways to say one thing")
        }
        guard (layers == nil) == (width == nil) else {
            throw ValidationError("--layers and --width go together")
        }
        guard hours == nil || layers == nil else {
            throw ValidationError(
                "--hours chooses the model's size, and --layers and --width name it: give one of "
                    + "them")
        }
        if let epochs, !(1...1000).contains(epochs) {
            throw ValidationError("--epochs must be from 1 to 1000")
        }
        if let tokens, tokens < 1 { throw ValidationError("--tokens must be at least 1") }
        if let hours, !(hours.isFinite && hours > 0) {
            throw ValidationError("--hours must be above 0")
        }
        try ValidationError.rethrow {
            _ = try CorpusSlice(
                seed: seed, heldOut: DecimalFraction(heldOut ?? "0"),
                share: DecimalFraction(share ?? "0"))
        }
    }

    /// The request for chunks of at most so many tokens.
    func request(maxTokens: Int) -> ReferenceRequest {
        var request = ReferenceRequest()
        request.seed = seed
        request.heldOut = heldOut
        request.share = share
        request.tokens = tokens
        request.maxTokens = maxTokens
        request.epochs = epochs
        request.layers = layers
        request.width = width
        request.hours = hours
        request.anyway = anyway
        return request
    }
}
