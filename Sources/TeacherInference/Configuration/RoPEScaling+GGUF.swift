extension ModelConfiguration.RoPE.Scaling {
    /// Tensors that ``init(gguf:prefix:context:rotated:number:)`` reads.
    static let ggufTensors: Set<String> = [
        "rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight",
    ]

    /// Reads GGUF's `rope.scaling` keys, through a reader of the architecture's, and the tensors that
    /// go with them.
    ///
    /// - Parameters:
    ///   - gguf: the file.
    ///   - prefix: of the architecture's keys.
    ///   - context: the model's, in tokens.
    ///   - rotated: dimensions of a head that rotate.
    ///   - number: the value of a key, noted as read.
    /// - Throws: ``ModelError`` for a scaling that cannot be followed.
    init(
        gguf: GGUFFile, prefix: String, context: Int, rotated: Int,
        number: (_ key: String) throws(ModelError) -> Double?
    ) throws(ModelError) {
        let path = gguf.path
        func positive(_ key: String) throws(ModelError) -> Double? {
            guard let value = try number("rope.scaling." + key) else { return nil }
            guard value.isFinite, value > 0 else {
                throw ModelError("\(path): \(prefix)rope.scaling.\(key) is \(value)")
            }
            return value
        }
        func original() throws(ModelError) -> Int {
            let value = try positive("original_context_length") ?? Double(context)
            guard let length = Int(exactly: value), length < 1 << 28 else {
                throw ModelError(
                    "\(path): \(prefix)rope.scaling.original_context_length is \(value)")
            }
            return length
        }
        let stated = gguf.metadata[prefix + "rope.scaling.type"]?.text
        let old = try number("rope.scale_linear")
        let factor = try number("rope.scaling.factor") ?? old
        let isLong = ["short", "long"].contains {
            gguf.tensors["rope_factors_\($0).weight"] != nil
        }
        // Phi-3's files have the tensors and no type.
        switch stated ?? (isLong ? "longrope" : factor == nil ? "none" : "linear") {
        case "none":
            // Says nothing by itself.
            _ = try number("rope.scaling.original_context_length")
            self = .none
        case "linear":
            guard let factor, factor.isFinite, factor > 0 else {
                throw ModelError("\(path): linear RoPE scaling without a positive factor")
            }
            self = .linear(factor: factor)
        case "yarn":
            guard let factor, factor.isFinite, factor > 0 else {
                throw ModelError("\(path): YaRN without a positive \(prefix)rope.scaling.factor")
            }
            // llama.cpp would mix frequencies otherwise, or scale attention once more.
            for key in ["yarn_ext_factor", "attn_factor"] {
                guard let value = try positive(key), value != 1 else { continue }
                throw ModelError(
                    "\(path): \(prefix)rope.scaling.\(key) is \(value), expected 1 or none")
            }
            let all = try positive("yarn_log_multiplier")
            self = .yarn(
                .init(
                    factor: factor, originalContext: try original(),
                    betaFast: try positive("yarn_beta_fast") ?? 32,
                    betaSlow: try positive("yarn_beta_slow") ?? 1,
                    attentionFactor: try positive("yarn_attn_factor")
                        ?? ModelConfiguration.RoPE.YaRN.attentionFactor(
                            factor, mscale: all.map { (1, $0) })))
        case "longrope" where isLong:
            self = .longrope(
                .init(
                    short: try gguf.vector("rope_factors_short.weight", count: rotated / 2),
                    long: try gguf.vector("rope_factors_long.weight", count: rotated / 2),
                    originalContext: try original(),
                    attentionFactor: try positive("attn_factor") ?? 1))
        case let other:
            throw ModelError(
                "\(path): RoPE scaling \"\(other)\" is not supported"
                    + (other == "longrope" ? " without the rope_factors tensors" : ""))
        }
        if case .longrope = self {
        } else if isLong {
            throw ModelError("\(path): LongRoPE's tensors are joined by another scaling")
        }
        guard gguf.tensors["rope_freqs.weight"] != nil else { return }
        let factors = try gguf.vector("rope_freqs.weight", count: rotated / 2)
        guard self == .none, factors.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw ModelError("\(path): rope_freqs.weight is damaged or joined by another scaling")
        }
        self = .factors(factors)
    }
}
