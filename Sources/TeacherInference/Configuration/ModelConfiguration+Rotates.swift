extension ModelConfiguration {
    /// Which layers rotate queries and keys, nil for all: all but the last of every few, unless
    /// config.json lists them, 1 for those that do and 0 for the others.
    static func rotates(
        _ family: DecoderFamily, layers: Int, _ config: JSONObject
    ) throws(ModelError) -> [Bool]? {
        guard let interval = family.unrotatedInterval else { return nil }
        let path = config.path
        let every = try config.integer("no_rope_layer_interval") ?? interval
        guard every >= 1 else {
            throw ModelError("\(path): \"no_rope_layer_interval\" is \(every), expected 1 or more")
        }
        guard let list = try config.integers("no_rope_layers") else {
            return (0..<layers).map { ($0 + 1) % every != 0 }
        }
        guard list.count >= layers, list.allSatisfy({ $0 == 0 || $0 == 1 }) else {
            throw ModelError(
                "\(path): \"no_rope_layers\" is not a list of 0 and 1 for each of \(layers) layers")
        }
        return list.prefix(layers).map { $0 == 1 }
    }
}
