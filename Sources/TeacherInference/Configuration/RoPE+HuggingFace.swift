extension ModelConfiguration.RoPE {
    /// Names of the base in config.json.
    static func baseNames(_ family: DecoderFamily) -> [String] {
        ["rope_theta"] + family.keys.ropeBase
    }

    /// Names of the part of a head that rotates, if the family may rotate one.
    static func partNames(_ family: DecoderFamily) -> [String] {
        family.rotatedPart == nil ? [] : ["partial_rotary_factor"] + family.keys.rotatedPart
    }

    /// Reads `rope_theta` and `rope_scaling` (transformers 4) and `rope_parameters` (transformers
    /// 5); where both are there they must agree.
    init(huggingFace config: JSONObject, family: DecoderFamily) throws(ModelError) {
        self.init(base: family.ropeBase, pairing: .halves, scaling: .none)
        guard family.positions == .rotary else { return }
        let path = config.path
        var parameters = try config.object("rope_parameters")
        if family.windowRoPEBase != nil {
            try parameters?.checkNames(["full_attention", "sliding_attention"])
            parameters = try parameters?.object("full_attention")
        }
        let scaling = try config.object("rope_scaling")
        base =
            try Self.agreeing(Self.baseNames(family), in: [config, parameters]) ?? family.ropeBase
        let others = Set(Self.partNames(family))
        let inOld = try scaling.map { object throws(ModelError) in
            try Scaling(object, of: config, family: family, readElsewhere: others)
        }
        let inNew = try parameters.map { object throws(ModelError) in
            try Scaling(object, of: config, family: family, readElsewhere: others)
        }
        if let inOld, let inNew, inOld != inNew {
            throw ModelError("\(path): \"rope_scaling\" and \"rope_parameters\" disagree")
        }
        self.scaling = inNew ?? inOld ?? .none
    }

    /// RoPE of the layers with a window, nil where they share the others': `rope_local_base_freq`
    /// or transformers 5's `rope_parameters`, never scaled.
    init?(windowsOf config: JSONObject, family: DecoderFamily) throws(ModelError) {
        guard let known = family.windowRoPEBase else { return nil }
        let parameters = try config.object("rope_parameters")?.object("sliding_attention")
        let old = try config.number("rope_local_base_freq")
        let new = try parameters?.number("rope_theta")
        if let old, let new, old != new {
            throw ModelError(
                "\(config.path): \"rope_local_base_freq\" is \(old), but \"rope_parameters\" "
                    + "says \(new)")
        }
        self.init(base: new ?? old ?? known, pairing: .halves, scaling: .none)
        if let parameters {
            scaling = try Scaling(parameters, of: config, family: family, readElsewhere: [])
        }
        guard scaling == .none else {
            throw ModelError("\(config.path): RoPE of the layers with a window is scaled")
        }
    }

    /// The part of a head that rotates, nil for all of it.
    static func rotatedPart(
        _ config: JSONObject, family: DecoderFamily
    ) throws(ModelError) -> Double? {
        guard let known = family.rotatedPart else { return nil }
        let objects = [config, try config.object("rope_parameters")]
        let part = try agreeing(partNames(family), in: objects) ?? known
        guard part > 0, part <= 1 else {
            throw ModelError("\(config.path): \(part) of each head rotates, expected 0 to 1")
        }
        return part
    }

    /// The number that fields called `names` say, all the same.
    private static func agreeing(
        _ names: [String], in objects: [JSONObject?]
    ) throws(ModelError) -> Double? {
        var found: (name: String, path: String, value: Double)?
        for case let object? in objects {
            for name in names {
                guard let value = try object.number(name) else { continue }
                if let found, found.value != value {
                    throw ModelError(
                        "\(found.path): \"\(found.name)\" is \(found.value), but \(object.path), "
                            + "\"\(name)\" says \(value)")
                }
                found = (name, object.path, value)
            }
        }
        return found?.value
    }
}
