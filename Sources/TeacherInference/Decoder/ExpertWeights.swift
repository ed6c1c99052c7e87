/// The tensors of one layer's experts, in any of the forms that files have them in.
struct ExpertWeights: Sendable {
    /// [E, D]: a token's affinity to each expert.
    let router: Tensor
    /// Feed-forwards, as many as there are experts.
    let experts: [Expert]

    /// One expert's matrices.
    struct Expert: Sendable {
        /// [F, D].
        let gate: DecoderWeights.Linear
        /// [F, D].
        let up: DecoderWeights.Linear
        /// [D, F].
        let down: DecoderWeights.Linear

        fileprivate init(gate: Tensor, up: Tensor, down: Tensor) {
            self.gate = DecoderWeights.Linear(weight: gate, bias: nil)
            self.up = DecoderWeights.Linear(weight: up, bias: nil)
            self.down = DecoderWeights.Linear(weight: down, bias: nil)
        }
    }

    /// Every matrix, in a fixed order.
    var matrices: [Tensor] {
        [router] + experts.flatMap { [$0.gate.weight, $0.up.weight, $0.down.weight] }
    }

    /// Finds the tensors of layer `layer`.
    ///
    /// - Throws: ``ModelError`` for a tensor that is missing or of another shape.
    init(
        _ names: ExpertNames, layer: Int, hiddenSize: Int, experts: ModelConfiguration.Experts,
        _ finder: inout TensorFinder
    ) throws(ModelError) {
        let width = experts.feedForwardSize
        let routers = names.router.filter { finder.has(whole: $0, layer: layer) }
        router = try finder.tensor(
            routers.first ?? names.router[0], layer: layer, shape: [experts.count, hiddenSize])
        if names.readsSingle, !finder.has(whole: names.stacked.down, layer: layer) {
            var found: [Expert] = []
            for expert in 0..<experts.count {
                let single = names.single.of(expert: expert)
                found.append(
                    Expert(
                        gate: try finder.tensor(
                            single.gate, layer: layer, shape: [width, hiddenSize]),
                        up: try finder.tensor(single.up, layer: layer, shape: [width, hiddenSize]),
                        down: try finder.tensor(
                            single.down, layer: layer, shape: [hiddenSize, width])))
            }
            self.experts = found
            return
        }
        let first = names.single.of(expert: 0).down
        guard names.readsSingle || !finder.has(whole: first, layer: layer) else {
            throw ModelError(
                "\(finder.file.path): the experts of layer \(layer) are tensors of their own, such "
                    + "as \"\(ExpertNames.name(first, layer: layer))\", as llama.cpp wrote them "
                    + "until 2024 and reads no longer",
                hint: "convert the model again with a newer llama.cpp")
        }
        // One tensor for gate and up has the gate's rows first.
        let isFused = names.stacked.gate == names.stacked.up
        let rows = isFused ? 2 * width : width
        let up = try finder.tensor(
            names.stacked.up, layer: layer, shape: [experts.count, rows, hiddenSize])
        let gate =
            isFused
            ? up
            : try finder.tensor(
                names.stacked.gate, layer: layer, shape: [experts.count, width, hiddenSize])
        let down = try finder.tensor(
            names.stacked.down, layer: layer, shape: [experts.count, hiddenSize, width])
        self.experts = (0..<experts.count).map { expert in
            Expert(
                gate: gate.matrix(expert, rows: 0..<width),
                up: up.matrix(expert, rows: rows - width..<rows),
                down: down.matrix(expert, rows: 0..<hiddenSize))
        }
    }
}

extension Tensor {
    /// Rows `rows` of matrix `index` of a stack [matrices, rows, inputs]: a view of the same bytes.
    fileprivate func matrix(_ index: Int, rows: Range<Int>) -> Tensor {
        precondition(shape.count == 3 && (0..<shape[0]).contains(index))
        precondition(rows.lowerBound >= 0 && rows.upperBound <= shape[1])
        let row = shape[2] / type.blockCount * type.blockBytes
        let first = (index * shape[1] + rows.lowerBound) * row
        return Tensor(
            name: "\(name)[\(index)][\(rows.lowerBound)...]", type: type,
            shape: [rows.count, shape[2]],
            bytes: UnsafeRawBufferPointer(rebasing: bytes[first..<first + rows.count * row]),
            owner: owner)
    }
}
