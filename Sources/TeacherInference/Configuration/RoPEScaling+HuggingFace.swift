extension ModelConfiguration.RoPE.Scaling {
    /// Whether `original_max_position_embeddings` beside `rope_scaling` is part of it.
    var readsOriginalContext: Bool {
        switch self {
        case .none, .linear, .factors: false
        case .llama3, .yarn, .longrope: true
        }
    }

    /// Reads `rope_scaling` or `rope_parameters` of `config`; fields in `readElsewhere` are another's
    /// to read.
    ///
    /// A field that is not understood, or belongs to another scaling, is an error that names it.
    init(
        _ object: JSONObject, of config: JSONObject, family: DecoderFamily,
        readElsewhere: Set<String>
    ) throws(ModelError) {
        let path = object.path
        let new = try object.string("rope_type")
        let old = try object.string("type")
        if let new, let old, new != old {
            throw ModelError("\(path): \"rope_type\" is \"\(new)\", but \"type\" is \"\(old)\"")
        }
        var used = readElsewhere.union(["rope_type", "type", "rope_theta"])
        func number(_ name: String) throws(ModelError) -> Double? {
            used.insert(name)
            guard let value = try object.number(name) else { return nil }
            guard value.isFinite, value > 0 else {
                throw ModelError("\(path): \"\(name)\" is \(value), expected a positive number")
            }
            return value
        }
        func positive(_ name: String) throws(ModelError) -> Double {
            guard let value = try number(name) else {
                throw ModelError("\(path): \"\(name)\" is missing or not positive")
            }
            return value
        }
        func original() throws(ModelError) -> Int {
            used.insert(Self.originalName)
            return try Self.originalContext(object, of: config, family: family)
        }
        let name = new ?? old ?? "default"
        switch family.keys.longRoPENames.contains(name) ? "longrope" : name {
        case "default":
            self = .none
        case "linear":
            self = .linear(factor: try positive("factor"))
        case "llama3":
            let (low, high) = (try positive("low_freq_factor"), try positive("high_freq_factor"))
            guard low < high else {
                throw ModelError(
                    "\(path): \"high_freq_factor\" is \(high), expected more than the "
                        + "\"low_freq_factor\" \(low)")
            }
            self = .llama3(
                factor: try positive("factor"), lowFactor: low, highFactor: high,
                originalContext: try original())
        case "yarn":
            let factor = try positive("factor")
            used.insert("truncate")
            let scales = (
                try object.number("mscale") ?? 0, try object.number("mscale_all_dim") ?? 0
            )
            used.formUnion(["mscale", "mscale_all_dim"])
            let stated = try number("attention_factor")
            self = .yarn(
                .init(
                    factor: factor, originalContext: try original(),
                    betaFast: try Self.beta("beta_fast", object, &used) ?? 32,
                    betaSlow: try Self.beta("beta_slow", object, &used) ?? 1,
                    truncates: try object.bool("truncate") ?? true,
                    attentionFactor: stated
                        ?? ModelConfiguration.RoPE.YaRN.attentionFactor(factor, mscale: scales)))
        case "longrope":
            let original = try original()
            let context = try config.integer(family.keys.context) ?? family.keys.defaultContext
            let factor = try number("factor") ?? Double(context) / Double(original)
            used.formUnion(["short_factor", "long_factor"])
            let stated = try number("attention_factor")
            self = .longrope(
                .init(
                    short: try Self.factors("short_factor", object),
                    long: try Self.factors("long_factor", object), originalContext: original,
                    attentionFactor: stated
                        ?? ModelConfiguration.RoPE.LongRoPE.attentionFactor(
                            factor, originalContext: original)))
        case let other:
            throw ModelError("\(path): RoPE scaling \"\(other)\" is not supported")
        }
        for name in object.values.keys.sorted() where !used.contains(name) {
            guard object.isMeaningful(name) else { continue }
            throw ModelError(
                "\(path): field \"\(name)\" is not understood and may change the arithmetic")
        }
    }

    private static let originalName = "original_max_position_embeddings"

    /// The original context, beside the scaling or in it, or else the model's whole context: what
    /// transformers takes.
    private static func originalContext(
        _ object: JSONObject, of config: JSONObject, family: DecoderFamily
    ) throws(ModelError) -> Int {
        let beside =
            try config.integer(originalName) ?? family.keys.defaultOriginalContext
        let inside = try object.integer(originalName)
        if let beside, let inside, beside != inside {
            throw ModelError(
                "\(object.path): \"\(originalName)\" is \(inside), but \(beside) beside it")
        }
        let whole = try config.integer(family.keys.context) ?? family.keys.defaultContext
        let value = beside ?? inside ?? whole
        guard (1..<1 << 28).contains(value) else {
            throw ModelError("\(object.path): \"\(originalName)\" is \(value), which is no length")
        }
        return value
    }

    /// A bound of YaRN's: 0 is as good as nothing, as in transformers.
    private static func beta(
        _ name: String, _ object: JSONObject, _ used: inout Set<String>
    ) throws(ModelError) -> Double? {
        used.insert(name)
        guard let value = try object.number(name), value != 0 else { return nil }
        guard value.isFinite, value > 0 else {
            throw ModelError("\(object.path): \"\(name)\" is \(value), expected a positive number")
        }
        return value
    }

    private static func factors(
        _ name: String, _ object: JSONObject
    ) throws(ModelError) -> [Float] {
        guard let list = try object.numbers(name) else {
            throw ModelError("\(object.path): \"\(name)\" is missing")
        }
        return list.map { Float($0) }
    }
}
