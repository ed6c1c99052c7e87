import CKernels
import Foundation

/// The instruction set that training runs on.
///
/// The fastest that this machine has, or what `REFINERY_KERNELS` names. Products are micro-kernels
/// of our own on every one of them: at widths of 96 to 768 and blocks of 192 tokens they reached up to
/// 95 to 99 % of an AVX-512 core's multiply-add peak, OpenBLAS 0.3.21 up to 70 to 89 % where it was
/// told the processor, and 8 to 19 % where it had to know it by itself.
package struct TrainingKernels: @unchecked Sendable {
    // SAFETY (Sendable): points to a constant of the program.

    /// Functions of the instruction set.
    let table: UnsafePointer<ckt_table>

    /// Name for people and reports.
    package var name: String { String(cString: table.pointee.name) }

    /// Rows of a micro-kernel.
    var rows: Int { table.pointee.mr }

    /// Columns of a micro-kernel.
    var columns: Int { table.pointee.nr }

    /// The kernels called `name`: avx512, avx2 or portable.
    ///
    /// Nil where they cannot run.
    init?(name: String) {
        guard let table = ckt_kernels(name) else { return nil }
        self.table = table
    }

    /// Every set that this machine can run, fastest first.
    static var available: [TrainingKernels] {
        ["avx512", "avx2", "portable"].compactMap(TrainingKernels.init(name:))
    }

    /// The set to train with.
    ///
    /// - Throws: ``TrainingError`` where `REFINERY_KERNELS` names kernels that cannot run here.
    package static func chosen() throws(TrainingError) -> TrainingKernels {
        let named = ProcessInfo.processInfo.environment["REFINERY_KERNELS"]
        // OpenBLAS stands for the products of processors that have no vectors of ours.
        let name = named == "openblas" ? "portable" : named
        guard let found = name.map(TrainingKernels.init(name:)) ?? available.first else {
            let names = available.map(\.name).joined(separator: ", ")
            throw TrainingError(
                "REFINERY_KERNELS is \"\(named ?? "")\"; this machine can train on \(names)")
        }
        return found
    }

    /// Floats that `count` packed rows or columns of `inner` numbers take.
    static func packed(_ count: Int, _ inner: Int) -> Int { ckt_packed(count, inner) }
}
