/// Which projections of a model must have biases, by its family and its config.json.
///
/// Nil where the file decides by having them.
struct ExpectedBiases {
    /// Whether queries, keys and values have them.
    var queryKeyValue: Bool?
    /// Whether attention's output has one.
    var attentionOutput: Bool?
    /// Whether the feed-forward's projections have them.
    var feedForward: Bool?

    /// What config.json says, and the family where config.json says nothing.
    init(huggingFace config: JSONObject, family: DecoderFamily) throws(ModelError) {
        let attention = try config.bool("attention_bias")
        (queryKeyValue, attentionOutput) =
            switch family.attentionBiases {
            case .configured: (attention ?? false, attention ?? false)
            case .unlessConfigured: (attention ?? true, attention ?? true)
            case .queryKeyValue: (true, false)
            case .always: (true, true)
            case .never: (false, false)
            }
        feedForward =
            switch family.feedForwardBiases {
            case .never: false
            case .configured: try config.bool("mlp_bias") ?? false
            case .always: true
            }
    }

    /// What the family always has: GGUF's metadata does not tell of biases.
    init(gguf family: DecoderFamily) {
        (queryKeyValue, attentionOutput) =
            switch family.attentionBiases {
            case .always, .unlessConfigured: (true, true)
            case .queryKeyValue: (true, nil)
            case .configured, .never: (nil, nil)
            }
        feedForward = family.feedForwardBiases == .always ? true : nil
    }

    /// Compares with the tensors that are there.
    ///
    /// - Throws: ``ModelError`` where a bias is missing or too many.
    func check(_ weights: DecoderWeights, path: String) throws(ModelError) {
        for (index, layer) in weights.layers.enumerated() {
            var projections = [
                ("queries", layer.query, queryKeyValue), ("keys", layer.key, queryKeyValue),
                ("values", layer.value, queryKeyValue),
                ("attention's output", layer.attentionOutput, attentionOutput),
            ]
            if case .dense(let dense) = layer.feedForward {
                projections += [
                    ("the feed-forward's up", dense.up, feedForward),
                    ("the feed-forward's down", dense.down, feedForward),
                ]
                if let gate = dense.gate { projections.append(("the gate", gate, feedForward)) }
            }
            for (name, projection, expected) in projections {
                guard let expected, (projection.bias != nil) != expected else { continue }
                throw ModelError(
                    "\(path): the projection of \(name) in layer \(index) has "
                        + (expected ? "no bias, expected one" : "a bias, expected none"),
                    hint: "the weights' biases are not those of the configuration's family")
            }
        }
    }
}
