/// One named array in a weight file: a view into the mapped bytes, no copy.
struct Tensor: @unchecked Sendable {
    // SAFETY (Sendable): the bytes are a read-only mapping that `owner` keeps alive.

    /// Name in the file.
    let name: String

    /// Element type.
    let type: TensorType

    /// Sizes, outermost first: a linear layer's weight is [outputs, inputs].
    let shape: [Int]

    /// From the tensor's first byte to its last, checked against the file's size.
    let bytes: UnsafeRawBufferPointer

    /// What the bytes belong to.
    let owner: AnyObject?

    /// How the rows lie in ``bytes``.
    var layout = Layout.contiguous

    /// Number of elements.
    var count: Int { shape.reduce(1, *) }

    /// Bytes that the elements take.
    var byteCount: Int { count / type.blockCount * type.blockBytes }

    /// Bytes that `shape` takes in `type`, or nil if it does not divide into blocks or overflows.
    static func byteCount(shape: [Int], type: TensorType) -> Int? {
        guard let row = shape.last, row >= 0, row % type.blockCount == 0 else { return nil }
        var total = row / type.blockCount
        for size in shape.dropLast() {
            let (product, overflow) = total.multipliedReportingOverflow(by: size)
            guard !overflow, size >= 0 else { return nil }
            total = product
        }
        let (bytes, overflow) = total.multipliedReportingOverflow(by: type.blockBytes)
        return overflow ? nil : bytes
    }
}

/// A file, or a set of them, that holds a model's tensors.
///
/// Implementations: GGUF and safetensors.
protocol WeightFile: Sendable {
    /// What to call the file in messages.
    var path: String { get }

    /// The mapped files.
    var files: [MappedFile] { get }

    /// Every tensor, by name.
    var tensors: [String: Tensor] { get }
}

extension WeightFile {
    /// The tensor called `name` with exactly `shape`.
    func tensor(_ name: String, shape: [Int]) throws(ModelError) -> Tensor {
        guard let tensor = tensors[name] else {
            throw ModelError("\(path): tensor \"\(name)\" is missing")
        }
        guard tensor.shape == shape else {
            throw ModelError(
                "\(path): tensor \"\(name)\" has shape \(tensor.shape), expected \(shape)")
        }
        return tensor
    }

    /// The tensor called `name` as Float32 numbers: norms and biases, never whole matrices.
    func vector(_ name: String, count: Int) throws(ModelError) -> [Float] {
        let tensor = try tensor(name, shape: [count])
        return ComputeKernels.best.dequantize(tensor.bytes, type: tensor.type, count: count)
    }
}
