import CKernels
import Foundation

/// The set of kernels that a model runs on, and the layouts that follow from it.
///
/// `avx512` and `avx2` are micro-kernels of our own; processors without them use OpenBLAS for the
/// matrix products and portable vector code for the rest. `REFINERY_KERNELS` names another set,
/// for tests and for comparing.
struct ComputeKernels: @unchecked Sendable {
    // SAFETY (Sendable): points to a constant of the program.

    /// Functions of the instruction set.
    let table: UnsafePointer<ck_table>

    /// Whether matrix products go through OpenBLAS; activations are then row-major.
    let usesOpenBLAS: Bool

    /// Name for people and reports.
    let name: String

    /// Rows that lie side by side in packed activations.
    var tile: Int32 { usesOpenBLAS ? 1 : table.pointee.mr }

    /// Columns of weights that lie side by side in a packed panel.
    var columns: Int { Int(table.pointee.nr) }

    /// The kernels called `name`: avx512, avx2, portable or openblas.
    ///
    /// Nil where they cannot run.
    init?(name: String) {
        guard let table = ck_kernels(name == "openblas" ? "portable" : name) else { return nil }
        self.table = table
        self.name = name
        usesOpenBLAS = name == "openblas"
        if usesOpenBLAS { OpenBLAS.useOneThread() }
    }

    /// Every set that this machine can run, fastest first.
    static var available: [ComputeKernels] {
        ["avx512", "avx2", "openblas", "portable"].compactMap(ComputeKernels.init(name:))
    }

    /// The fastest set of this machine.
    static let best: ComputeKernels = {
        #if arch(arm64)
            let order = ["portable", "openblas"]
        #else
            let order = ["avx512", "avx2", "openblas"]
        #endif
        guard let found = order.lazy.compactMap(ComputeKernels.init(name:)).first else {
            preconditionFailure("the portable kernels run everywhere")
        }
        return found
    }()

    /// The set to score with: ``best``, or what `REFINERY_KERNELS` names.
    static func chosen() throws(ModelError) -> ComputeKernels {
        guard let name = ProcessInfo.processInfo.environment["REFINERY_KERNELS"] else {
            return best
        }
        guard let kernels = ComputeKernels(name: name) else {
            let names = available.map(\.name).joined(separator: ", ")
            throw ModelError("REFINERY_KERNELS is \"\(name)\"; this machine can run \(names)")
        }
        return kernels
    }

    /// `count` numbers of `type` at `bytes` as Float32.
    func dequantize(_ bytes: UnsafeRawBufferPointer, type: TensorType, count: Int) -> [Float] {
        precondition(Tensor.byteCount(shape: [count], type: type) == bytes.count)
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let source = bytes.baseAddress, let destination = buffer.baseAddress {
                // SAFETY: the precondition ties `count` to the bytes that are there.
                ck_dequantize(table, type.rawValue, source, destination, Int64(count))
            }
            initialized = count
        }
    }
}
