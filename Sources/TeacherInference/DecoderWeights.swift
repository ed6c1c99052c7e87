/// The tensors of a decoder, found by the names of the file's format and checked for
/// shape.
///
/// Matrices stay in the mapped file in their own type; norms and biases are Float32.
struct DecoderWeights: Sendable {
    /// [V, D], a row a token.
    let embedding: Tensor
    /// [V, D]; the embedding itself where the two are tied.
    let head: Tensor
    /// [D], before the head.
    let finalNorm: [Float]
    /// Decoder layers, first to last.
    let layers: [Layer]

    /// One decoder layer.
    struct Layer: Sendable {
        /// [D], before attention.
        let attentionNorm: [Float]
        /// Queries [H · head size, D].
        let query: Linear
        /// Keys [K · head size, D].
        let key: Linear
        /// Values [K · head size, D].
        let value: Linear
        /// [head size], of each head's queries, where the family norms them.
        let queryNorm: [Float]?
        /// [head size], of each head's keys.
        let keyNorm: [Float]?
        /// [D, H · head size].
        let attentionOutput: Linear
        /// [D], before the feed-forward.
        let feedForwardNorm: [Float]
        /// [F, D].
        let gate: Linear
        /// [F, D].
        let up: Linear
        /// [D, F].
        let down: Linear
    }

    /// A matrix and, where the file has one, its bias.
    struct Linear: Sendable {
        /// [outputs, inputs].
        let weight: Tensor
        /// [outputs].
        let bias: [Float]?
    }

    /// Where a format keeps each tensor; `{}` stands for the layer's number.
    struct Names: Sendable {
        var embedding, head, finalNorm, attentionNorm, feedForwardNorm: String
        var query, key, value, attentionOutput, gate, up, down: String
        var queryNorm, keyNorm: String
        /// Tensors that are there and need not be read.
        var ignorable: @Sendable (String) -> Bool

        static let gguf = Names(
            embedding: "token_embd", head: "output", finalNorm: "output_norm",
            attentionNorm: "blk.{}.attn_norm", feedForwardNorm: "blk.{}.ffn_norm",
            query: "blk.{}.attn_q", key: "blk.{}.attn_k", value: "blk.{}.attn_v",
            attentionOutput: "blk.{}.attn_output", gate: "blk.{}.ffn_gate", up: "blk.{}.ffn_up",
            down: "blk.{}.ffn_down", queryNorm: "blk.{}.attn_q_norm", keyNorm: "blk.{}.attn_k_norm",
            ignorable: { $0 == "rope_freqs.weight" })

        static let huggingFace = Names(
            embedding: "model.embed_tokens", head: "lm_head", finalNorm: "model.norm",
            attentionNorm: "model.layers.{}.input_layernorm",
            feedForwardNorm: "model.layers.{}.post_attention_layernorm",
            query: "model.layers.{}.self_attn.q_proj", key: "model.layers.{}.self_attn.k_proj",
            value: "model.layers.{}.self_attn.v_proj",
            attentionOutput: "model.layers.{}.self_attn.o_proj",
            gate: "model.layers.{}.mlp.gate_proj", up: "model.layers.{}.mlp.up_proj",
            down: "model.layers.{}.mlp.down_proj",
            queryNorm: "model.layers.{}.self_attn.q_norm",
            keyNorm: "model.layers.{}.self_attn.k_norm",
            // Old checkpoints carry RoPE's frequencies as a buffer; tied ones may repeat the head.
            ignorable: { $0.hasSuffix(".rotary_emb.inv_freq") || $0 == "lm_head.weight" })
    }

    /// Finds every tensor of `configuration` in `file`.
    ///
    /// `tied` says whether the head is the embedding; nil where the file decides by having a head
    /// or not.
    ///
    /// - Throws: ``ModelError`` for a tensor that is missing, of another shape, or not known.
    init(
        file: any WeightFile, names: Names, configuration: ModelConfiguration, tied: Bool?
    ) throws(ModelError) {
        var used: Set<String> = []
        let hidden = configuration.hiddenSize
        let queries = configuration.heads * configuration.headSize
        let keys = configuration.kvHeads * configuration.headSize
        let feedForward = configuration.feedForwardSize
        func matrix(_ name: String, _ shape: [Int]) throws(ModelError) -> Tensor {
            used.insert(name + ".weight")
            return try file.tensor(name + ".weight", shape: shape)
        }
        func norm(_ name: String, count: Int? = nil) throws(ModelError) -> [Float] {
            used.insert(name + ".weight")
            return try file.vector(name + ".weight", count: count ?? hidden)
        }
        func headNorm(_ name: String) throws(ModelError) -> [Float]? {
            guard configuration.normsHeads else { return nil }
            return try norm(name, count: configuration.headSize)
        }
        embedding = try matrix(names.embedding, [configuration.vocabularySize, hidden])
        let hasHead = file.tensors[names.head + ".weight"] != nil
        head =
            tied ?? !hasHead
            ? embedding : try matrix(names.head, [configuration.vocabularySize, hidden])
        finalNorm = try norm(names.finalNorm)
        var layers: [Layer] = []
        for index in 0..<configuration.layers {
            func name(_ pattern: String) -> String {
                let parts = pattern.split(separator: "{}", maxSplits: 1)
                return parts.joined(separator: String(index))
            }
            func linear(_ pattern: String, _ shape: [Int]) throws(ModelError) -> Linear {
                let name = name(pattern)
                let bias = name + ".bias"
                used.insert(bias)
                return Linear(
                    weight: try matrix(name, shape),
                    bias: file.tensors[bias] == nil
                        ? nil : try file.vector(bias, count: shape[0]))
            }
            layers.append(
                Layer(
                    attentionNorm: try norm(name(names.attentionNorm)),
                    query: try linear(names.query, [queries, hidden]),
                    key: try linear(names.key, [keys, hidden]),
                    value: try linear(names.value, [keys, hidden]),
                    queryNorm: try headNorm(name(names.queryNorm)),
                    keyNorm: try headNorm(name(names.keyNorm)),
                    attentionOutput: try linear(names.attentionOutput, [hidden, queries]),
                    feedForwardNorm: try norm(name(names.feedForwardNorm)),
                    gate: try linear(names.gate, [feedForward, hidden]),
                    up: try linear(names.up, [feedForward, hidden]),
                    down: try linear(names.down, [hidden, feedForward])))
        }
        self.layers = layers
        try file.checkUnread(ignorable: names.ignorable)
        for name in file.tensors.keys.sorted() where !used.contains(name) && !names.ignorable(name)
        {
            throw ModelError(
                "\(file.path): tensor \"\(name)\" is not part of a \(configuration.architecture) model "
                    + "of \(configuration.layers) layers, and leaving it out would change the arithmetic"
            )
        }
    }

    /// Every tensor that takes part, for reports and fingerprints, in a fixed order.
    var matrices: [Tensor] {
        var all = [embedding]
        if head.name != embedding.name { all.append(head) }
        for layer in layers {
            all += [
                layer.query, layer.key, layer.value, layer.attentionOutput, layer.gate, layer.up,
                layer.down,
            ].map(\.weight)
        }
        return all
    }

    /// Norms and biases, in a fixed order.
    var vectors: [[Float]] {
        var all = [finalNorm]
        for layer in layers {
            all += [layer.attentionNorm, layer.feedForwardNorm]
            all += [layer.queryNorm, layer.keyNorm].compactMap { $0 }
            all += [
                layer.query, layer.key, layer.value, layer.attentionOutput, layer.gate, layer.up,
                layer.down,
            ].compactMap(\.bias)
        }
        return all
    }
}
