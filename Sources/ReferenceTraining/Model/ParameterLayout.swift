/// Where each trained tensor lies in one run of Float32 numbers.
///
/// Weights, gradients and both moments share it. The order is that of ``tensors``, without gaps.
package struct ParameterLayout: Sendable {
    /// A trained tensor.
    package struct Tensor: Sendable, Equatable {
        /// Hugging Face's name.
        package let name: String
        /// One or two sizes, row-major.
        package let shape: [Int]
        /// Place of the first number.
        let offset: Int
        /// Numbers.
        var count: Int { shape.reduce(1, *) }
        /// Places of its numbers.
        package var range: Range<Int> { offset..<offset + count }
        /// Whether weight decay applies: to matrices, not to norms.
        var decays: Bool { shape.count == 2 }
        /// Rows of a matrix: its outputs.
        var outputs: Int { shape[0] }
        /// Columns of a matrix: its inputs.
        var inputs: Int { shape[1] }
    }

    /// The tensors of one decoder layer.
    struct Layer: Sendable {
        let inputNorm: Tensor
        let query: Tensor
        let key: Tensor
        let value: Tensor
        let output: Tensor
        let feedForwardNorm: Tensor
        let gate: Tensor
        let up: Tensor
        let down: Tensor

        /// The matrices, in order.
        var matrices: [Tensor] { [query, key, value, output, gate, up, down] }
    }

    /// [V, D], the embedding and the LM head.
    let embedding: Tensor
    /// Every decoder layer.
    let layers: [Layer]
    /// [D].
    let finalNorm: Tensor
    /// All of them, in order.
    package let tensors: [Tensor]
    /// Numbers in all.
    package let count: Int

    /// The layout of `shape`.
    package init(_ shape: ReferenceShape) {
        var tensors: [Tensor] = []
        var offset = 0
        func place(_ name: String, _ sizes: Int...) -> Tensor {
            let tensor = Tensor(name: name, shape: sizes, offset: offset)
            tensors.append(tensor)
            offset += tensor.count
            return tensor
        }
        embedding = place("model.embed_tokens.weight", shape.vocabulary, shape.width)
        layers = (0..<shape.layers).map { index in
            let prefix = "model.layers.\(index)."
            return Layer(
                inputNorm: place(prefix + "input_layernorm.weight", shape.width),
                query: place(prefix + "self_attn.q_proj.weight", shape.queryWidth, shape.width),
                key: place(prefix + "self_attn.k_proj.weight", shape.keyWidth, shape.width),
                value: place(prefix + "self_attn.v_proj.weight", shape.keyWidth, shape.width),
                output: place(prefix + "self_attn.o_proj.weight", shape.width, shape.queryWidth),
                feedForwardNorm: place(prefix + "post_attention_layernorm.weight", shape.width),
                gate: place(prefix + "mlp.gate_proj.weight", shape.feedForward, shape.width),
                up: place(prefix + "mlp.up_proj.weight", shape.feedForward, shape.width),
                down: place(prefix + "mlp.down_proj.weight", shape.width, shape.feedForward))
        }
        finalNorm = place("model.norm.weight", shape.width)
        self.tensors = tensors
        count = offset
    }
}
