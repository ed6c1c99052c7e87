extension ModelConfiguration {
    /// Fields of config.json that ``windows(_:layers:_:)`` reads.
    static func windowFields(_ window: DecoderFamily.Window) -> [String] {
        switch window {
        case .none: []
        case .everyLayer: ["sliding_window", "layer_types"]
        case .everyLayerIfUsed, .unrotatedLayers:
            ["sliding_window", "layer_types", "use_sliding_window"]
        case .upperLayers:
            ["sliding_window", "layer_types", "use_sliding_window", "max_window_layers"]
        case .alternating:
            ["sliding_window", "layer_types", "sliding_window_pattern"]
        }
    }

    /// Each layer's window by `sliding_window` and the keys that say for which layers it holds;
    /// `layer_types` of transformers 5 must agree with them.
    static func windows(
        _ family: DecoderFamily, layers: Int, _ config: JSONObject
    ) throws(ModelError) -> [Int?] {
        var windows = [Int?](repeating: nil, count: layers)
        let window =
            config.values["sliding_window"] == nil
            ? family.keys.defaultWindow : try config.integer("sliding_window")
        switch family.window {
        case .none:
            return windows
        case .everyLayer:
            windows = [Int?](repeating: window, count: layers)
        case .everyLayerIfUsed:
            guard try config.bool("use_sliding_window") ?? false, let window else { break }
            windows = [Int?](repeating: window, count: layers)
        case .unrotatedLayers:
            guard try config.bool("use_sliding_window") ?? false, let window else { break }
            let rotates = try rotates(family, layers: layers, config) ?? []
            for (layer, rotates) in rotates.enumerated() where !rotates { windows[layer] = window }
        case .upperLayers:
            guard try config.bool("use_sliding_window") ?? false, let window else { break }
            let first = try config.integer("max_window_layers") ?? 28
            for layer in 0..<layers where layer >= first { windows[layer] = window }
        case .alternating(let period, let size, _):
            guard window != nil || config.values["sliding_window"] == nil else {
                throw ModelError("\(config.path): \"sliding_window\" is null, expected a number")
            }
            return try alternating(
                window ?? size, period: period, layers: layers, config)
        }
        guard let types = try config.strings("layer_types") else { return windows }
        let expected = windows.map { $0 == nil ? "full_attention" : "sliding_attention" }
        guard types == expected else {
            throw ModelError(
                "\(config.path): \"layer_types\" disagrees with \"sliding_window\" and the keys "
                    + "beside it")
        }
        return windows
    }

    /// All layers but each `period`-th see `window` keys, unless config.json has another period or
    /// a list; those that are there must agree.
    private static func alternating(
        _ window: Int, period: Int, layers: Int, _ config: JSONObject
    ) throws(ModelError) -> [Int?] {
        let named = try config.integer("sliding_window_pattern")
        let types = try config.strings("layer_types")
        let every = named ?? period
        guard every >= 1 else {
            throw ModelError("\(config.path): \"sliding_window_pattern\" is \(every)")
        }
        let byPeriod = windows(window, everyBut: every, layers: layers)
        guard let types else { return byPeriod }
        guard types.count == layers,
            types.allSatisfy({ $0 == "full_attention" || $0 == "sliding_attention" })
        else {
            throw ModelError(
                "\(config.path): \"layer_types\" is not full_attention or sliding_attention for "
                    + "each of \(layers) layers")
        }
        let byTypes = types.map { $0 == "full_attention" ? nil : Optional(window) }
        guard named == nil || byTypes == byPeriod else {
            throw ModelError(
                "\(config.path): \"layer_types\" disagrees with \"sliding_window_pattern\"")
        }
        return byTypes
    }

    /// `window` for all layers but each `period`-th.
    static func windows(_ window: Int?, everyBut period: Int, layers: Int) -> [Int?] {
        (0..<layers).map { ($0 + 1) % period == 0 ? nil : window }
    }
}
