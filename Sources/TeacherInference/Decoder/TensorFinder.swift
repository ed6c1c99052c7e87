/// Finds a model's tensors in a file by name and shape, and remembers which it found.
struct TensorFinder {
    /// The file.
    let file: any WeightFile
    /// How the family and the format call and lay out the tensors.
    let names: TensorNames
    private let prefix: String
    private let wrapper: String
    private var used: Set<String> = []

    /// A finder of tensors called `names` in `file`.
    init(file: any WeightFile, names: TensorNames) {
        self.file = file
        self.names = names
        var found = ("", "")
        search: for wrapper in [""] + names.wrappers {
            for prefix in names.prefixes + [""] {
                let name = wrapper + prefix + names.embedding + ".weight"
                guard file.tensors[name] != nil else { continue }
                found = (wrapper, prefix)
                break search
            }
        }
        wrapper = found.0
        prefix = found.0 + found.1
    }

    /// The name of a tensor of layer `layer`, or of none.
    private func name(_ pattern: String, _ layer: Int?) -> String {
        let parts = pattern.split(separator: "{}", maxSplits: 1)
        return prefix + (layer.map { parts.joined(separator: String($0)) } ?? pattern)
    }

    /// Whether the file has the weights called `pattern`.
    func has(_ pattern: String, layer: Int? = nil) -> Bool {
        file.tensors[name(pattern, layer) + ".weight"] != nil
    }

    /// Whether the file has the tensor called `pattern`, suffix and all.
    func has(whole pattern: String, layer: Int) -> Bool {
        file.tensors[name(pattern, layer)] != nil
    }

    /// The tensor called `pattern`, suffix and all, as the file has it.
    mutating func tensor(
        _ pattern: String, layer: Int, shape: [Int]
    ) throws(ModelError) -> Tensor {
        let name = name(pattern, layer)
        used.insert(name)
        return try file.tensor(name, shape: shape)
    }

    /// The head's matrix, or nil where the file has none.
    mutating func head(shape: [Int]) throws(ModelError) -> Tensor? {
        for head in names.heads {
            let name = wrapper + head + ".weight"
            guard file.tensors[name] != nil else { continue }
            used.insert(name)
            return try file.tensor(name, shape: shape)
        }
        return nil
    }

    /// The matrix `pattern` as the file has it.
    mutating func matrix(
        _ pattern: String, layer: Int? = nil, shape: [Int]
    ) throws(ModelError) -> Tensor {
        let name = name(pattern, layer) + ".weight"
        used.insert(name)
        return try file.tensor(name, shape: shape)
    }

    /// The vector `pattern` as Float32.
    mutating func vector(
        _ pattern: String, layer: Int? = nil, count: Int
    ) throws(ModelError) -> [Float] {
        let name = name(pattern, layer) + ".weight"
        used.insert(name)
        let values = try file.vector(name, count: count)
        return names.normsAreLessOne ? values.map { 1 + $0 } : values
    }

    /// The norm `pattern` of hidden states, with a bias if it is a LayerNorm; nil where the family
    /// has none there.
    mutating func norm(
        _ pattern: String?, layer: Int? = nil, _ kind: ModelConfiguration.Norm, count: Int
    ) throws(ModelError) -> DecoderWeights.Norm? {
        guard let pattern else { return nil }
        let weight = try vector(pattern, layer: layer, count: count)
        guard kind == .layer else { return DecoderWeights.Norm(weight: weight, bias: nil) }
        let bias = name(pattern, layer) + ".bias"
        used.insert(bias)
        return DecoderWeights.Norm(weight: weight, bias: try file.vector(bias, count: count))
    }

    /// Matrices that a file may have fused, one after the other, `outputs` rows each, with the
    /// biases that are there.
    ///
    /// With `interleaved` heads of so many rows, a head's rows of each lie side by side.
    mutating func linear(
        _ pattern: String, layer: Int, outputs: [Int], inputs: Int, interleaved head: Int? = nil
    ) throws(ModelError) -> [DecoderWeights.Linear] {
        let name = name(pattern, layer)
        let total = outputs.reduce(0, +)
        let whole = try matrix(
            pattern, layer: layer, shape: names.areTransposed ? [inputs, total] : [total, inputs])
        guard !names.areTransposed || whole.type.blockCount == 1 else {
            throw ModelError("\(file.path): tensor \"\(name).weight\" is transposed, of blocks")
        }
        used.insert(name + ".bias")
        let bias =
            file.tensors[name + ".bias"] == nil
            ? nil : try file.vector(name + ".bias", count: total)
        var first = 0
        var parts: [DecoderWeights.Linear] = []
        for (index, count) in outputs.enumerated() {
            let rows = first..<first + count
            first += count
            let view = "\(name).weight[\(index)]"
            if let head {
                let weight = whole.runs(of: head, part: index, of: outputs.count, name: view)
                let bias = bias.map { bias in
                    (0..<count).map { bias[($0 / head * outputs.count + index) * head + $0 % head] }
                }
                parts.append(DecoderWeights.Linear(weight: weight, bias: bias))
            } else {
                let weight =
                    names.areTransposed
                    ? whole.transposedColumns(rows, name: view)
                    : outputs.count == 1 ? whole : whole.rows(rows, name: view)
                parts.append(
                    DecoderWeights.Linear(weight: weight, bias: bias.map { Array($0[rows]) }))
            }
        }
        return parts
    }

    /// Refuses what the file has beside the tensors found.
    ///
    /// - Throws: ``ModelError`` naming the first.
    func checkAllFound(_ configuration: ModelConfiguration) throws(ModelError) {
        let (names, wrapper) = (names, wrapper)
        func isIgnorable(_ name: String) -> Bool {
            names.ignorable(
                name.hasPrefix(wrapper) ? String(name.dropFirst(wrapper.count)) : name)
        }
        try file.checkUnread(ignorable: isIgnorable)
        for name in file.tensors.keys.sorted() where !used.contains(name) && !isIgnorable(name) {
            throw ModelError(
                "\(file.path): tensor \"\(name)\" is not part of a \(configuration.architecture) model "
                    + "of \(configuration.layers) layers, and leaving it out would change the arithmetic"
            )
        }
    }
}
