/// The tensors of a decoder, found by the names of the file's format and checked for
/// shape.
///
/// Matrices stay in the mapped file in their own type; norms and biases are Float32.
struct DecoderWeights: Sendable {
    /// [V, D], a row a token.
    let embedding: Tensor
    /// [context, D], a row a position, where positions are learned.
    let positions: Tensor?
    /// [V, D]; the embedding itself where the two are tied.
    let head: Tensor
    /// [D], before the head.
    let finalNorm: Norm
    /// Decoder layers, first to last.
    let layers: [Layer]

    /// One decoder layer.
    struct Layer: Sendable {
        /// [D], before attention, where the family norms there.
        let attentionNorm: Norm?
        /// [D], of what attention adds.
        let attentionPostNorm: Norm?
        /// Queries [H · head size, D].
        let query: Linear
        /// Keys [K · head size, D].
        let key: Linear
        /// Values [K · head size, D].
        let value: Linear
        /// [head size] or [H · head size], of queries, where the family norms them.
        let queryNorm: [Float]?
        /// [head size] or [K · head size], of keys.
        let keyNorm: [Float]?
        /// [D, H · head size].
        let attentionOutput: Linear
        /// [D], before the feed-forward.
        let feedForwardNorm: Norm?
        /// [D], of what the feed-forward adds.
        let feedForwardPostNorm: Norm?
        /// What every token, or some of them, goes through.
        let feedForward: FeedForward

        /// Norms of hidden states, those that are there.
        var norms: [Norm] {
            [attentionNorm, feedForwardNorm, attentionPostNorm, feedForwardPostNorm]
                .compactMap { $0 }
        }

        /// Projections but for those of experts, in a fixed order.
        var linears: [Linear] {
            [query, key, value, attentionOutput] + feedForward.linears
        }

        /// Every matrix, in a fixed order.
        var matrices: [Tensor] {
            [query, key, value, attentionOutput].map(\.weight) + feedForward.matrices
        }
    }

    /// A matrix and, where the file has one, its bias.
    struct Linear: Sendable {
        /// [outputs, inputs].
        let weight: Tensor
        /// [outputs].
        let bias: [Float]?
    }

    /// A norm of hidden states.
    struct Norm: Sendable {
        /// [D].
        let weight: [Float]
        /// [D], of a LayerNorm.
        let bias: [Float]?
    }

    /// Finds every tensor of `configuration` in `file`.
    ///
    /// `tied` says whether the head is the embedding, unless the file has a head that differs; nil
    /// where the file decides by having a head or not.
    ///
    /// - Throws: ``ModelError`` for a tensor that is missing, of another shape, or not known.
    init(
        file: any WeightFile, names: TensorNames, configuration: ModelConfiguration, tied: Bool?
    ) throws(ModelError) {
        var finder = TensorFinder(file: file, names: names)
        let hidden = configuration.hiddenSize
        let shape = [configuration.vocabularySize, hidden]
        embedding = try finder.matrix(names.embedding, shape: shape)
        positions =
            if let name = names.positions {
                try finder.matrix(name, shape: [configuration.context, hidden])
            } else { nil }
        if tied == true {
            let found = try finder.head(shape: shape)
            // As transformers 5 has it: a head that differs is used, whatever the configuration says.
            if let found, !found.hasBytes(of: embedding) {
                head = found
            } else {
                head = embedding
            }
        } else if let found = try finder.head(shape: shape) {
            head = found
        } else if tied == nil {
            head = embedding
        } else {
            throw ModelError(
                "\(file.path): tensor \"\(names.heads[0]).weight\" is missing",
                hint: "the head is not the embedding in this model")
        }
        guard let norm = try finder.norm(names.finalNorm, configuration.norm, count: hidden) else {
            throw ModelError("\(file.path): no norm before the head")
        }
        finalNorm = norm
        var layers: [Layer] = []
        for index in 0..<configuration.layers {
            layers.append(try Layer(index, of: configuration, &finder))
        }
        self.layers = layers
        try finder.checkAllFound(configuration)
    }

    /// Every tensor that takes part, for reports and fingerprints, in a fixed order.
    var matrices: [Tensor] {
        var all = [embedding]
        if let positions { all.append(positions) }
        if head.name != embedding.name { all.append(head) }
        for layer in layers { all += layer.matrices }
        return all
    }

    /// Norms and biases, in a fixed order.
    var vectors: [[Float]] {
        func parts(_ norm: Norm) -> [[Float]] { [norm.weight] + (norm.bias.map { [$0] } ?? []) }
        var all = parts(finalNorm)
        for layer in layers {
            all += layer.norms.flatMap(parts)
            all += [layer.queryNorm, layer.keyNorm].compactMap { $0 }
            all += layer.linears.compactMap(\.bias)
        }
        return all
    }
}

extension DecoderWeights.Layer {
    /// Finds the tensors of layer `index`.
    fileprivate init(
        _ index: Int, of configuration: ModelConfiguration, _ finder: inout TensorFinder
    ) throws(ModelError) {
        let names = finder.names, hidden = configuration.hiddenSize, head = configuration.headSize
        let queries = configuration.heads * head, keys = configuration.kvHeads * head
        func norm(
            _ pattern: String?, _ finder: inout TensorFinder
        ) throws(ModelError) -> DecoderWeights.Norm? {
            try finder.norm(pattern, layer: index, configuration.norm, count: hidden)
        }
        func headNorm(
            _ pattern: String, all: Int, _ finder: inout TensorFinder
        ) throws(ModelError) -> [Float]? {
            switch configuration.headNorm {
            case .none: nil
            case .eachHead: try finder.vector(pattern, layer: index, count: head)
            case .allHeads: try finder.vector(pattern, layer: index, count: all)
            }
        }
        func linear(
            _ pattern: String, _ outputs: Int, _ inputs: Int, _ finder: inout TensorFinder
        ) throws(ModelError) -> DecoderWeights.Linear {
            try finder.linear(pattern, layer: index, outputs: [outputs], inputs: inputs)[0]
        }
        attentionNorm = try norm(names.attentionNorm, &finder)
        attentionPostNorm = try norm(names.attentionPostNorm, &finder)
        feedForwardNorm = try norm(names.feedForwardNorm, &finder)
        feedForwardPostNorm = try norm(names.feedForwardPostNorm, &finder)
        let isFused = names.queryKeyValue.map { finder.has($0, layer: index) } ?? false
        if let query = names.query, let key = names.key, let value = names.value, !isFused {
            self.query = try linear(query, queries, hidden, &finder)
            self.key = try linear(key, keys, hidden, &finder)
            self.value = try linear(value, keys, hidden, &finder)
        } else {
            let fused = try finder.linear(
                names.queryKeyValue ?? "", layer: index, outputs: [queries, keys, keys],
                inputs: hidden, interleaved: names.interleavesHeads ? head : nil)
            (query, key, value) = (fused[0], fused[1], fused[2])
        }
        queryNorm = try headNorm(names.queryNorm, all: queries, &finder)
        keyNorm = try headNorm(names.keyNorm, all: keys, &finder)
        attentionOutput = try linear(names.attentionOutput, hidden, queries, &finder)
        if let experts = configuration.experts, experts.layers[index], let theirs = names.experts {
            feedForward = .experts(
                try ExpertWeights(
                    theirs, layer: index, hiddenSize: hidden, experts: experts, &finder))
            return
        }
        let width = configuration.feedForwardSize
        let gate: DecoderWeights.Linear?
        let up: DecoderWeights.Linear
        if !configuration.isGated {
            gate = nil
            up = try linear(names.up, width, hidden, &finder)
        } else if let name = names.gate {
            gate = try linear(name, width, hidden, &finder)
            up = try linear(names.up, width, hidden, &finder)
        } else {
            let fused = try finder.linear(
                names.up, layer: index, outputs: [width, width], inputs: hidden)
            (gate, up) = (fused[0], fused[1])
        }
        feedForward = .dense(
            DecoderWeights.Dense(
                gate: gate, up: up, down: try linear(names.down, hidden, width, &finder)))
    }
}
