import Foundation

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

    /// Whether `other` has the same numbers in the same type, compared where they lie.
    func hasBytes(of other: Tensor) -> Bool {
        guard type == other.type, shape == other.shape, bytes.count == other.bytes.count else {
            return false
        }
        guard let mine = bytes.baseAddress, let theirs = other.bytes.baseAddress else {
            return bytes.isEmpty
        }
        return memcmp(mine, theirs, bytes.count) == 0
    }

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

    /// Refuses tensors of the one file at `path` that share bytes: a small file could otherwise be
    /// a model of any size.
    static func checkOverlaps(_ tensors: some Sequence<Tensor>, path: String) throws(ModelError) {
        var previous: Tensor?
        func start(_ tensor: Tensor) -> UInt { UInt(bitPattern: tensor.bytes.baseAddress) }
        let ordered = tensors.filter { !$0.bytes.isEmpty }
            .sorted { (start($0), $0.name) < (start($1), $1.name) }
        for tensor in ordered {
            if let previous, start(tensor) < start(previous) + UInt(previous.bytes.count) {
                throw ModelError(
                    "\(path): tensors \"\(previous.name)\" and \"\(tensor.name)\" overlap")
            }
            previous = tensor
        }
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

    /// Tensors whose type is not read, with its name: old checkpoints hold masks of bytes.
    var unread: [String: String] { get }
}

extension WeightFile {
    /// The tensor called `name` with exactly `shape`.
    func tensor(_ name: String, shape: [Int]) throws(ModelError) -> Tensor {
        guard let tensor = tensors[name] else {
            if let type = unread[name] { throw unsupported(name, type) }
            throw ModelError("\(path): tensor \"\(name)\" is missing")
        }
        guard tensor.shape == shape else {
            throw ModelError(
                "\(path): tensor \"\(name)\" has shape \(tensor.shape), expected \(shape)")
        }
        return tensor
    }

    /// Refuses tensors of a type that is not read, but for those that a model does without.
    func checkUnread(ignorable: (String) -> Bool) throws(ModelError) {
        for (name, type) in unread.sorted(by: { $0.key < $1.key }) where !ignorable(name) {
            throw unsupported(name, type)
        }
    }

    private func unsupported(_ name: String, _ type: String) -> ModelError {
        ModelError(
            "\(path): tensor \"\(name)\" has type \(type), which is not supported",
            hint: "convert the model to one of F32, F16, BF16: AutoModelForCausalLM"
                + ".from_pretrained(folder, dtype=\"bfloat16\").save_pretrained(other folder)")
    }

    /// The tensor called `name` as Float32 numbers: norms and biases, never whole matrices.
    func vector(_ name: String, count: Int) throws(ModelError) -> [Float] {
        let tensor = try tensor(name, shape: [count])
        return ComputeKernels.best.dequantize(tensor.bytes, type: tensor.type, count: count)
    }
}
