import CKernels
import Foundation

/// What the machine could do at best: fused multiply-adds that never leave the registers.
public enum MachinePeak {
    /// Floating-point operations a second (a multiply-add is two) of the kernels that score, on
    /// `threads` threads at once for about `seconds` seconds each.
    ///
    /// Other work on the machine lowers it: measure it beside what it is compared with.
    ///
    /// - Throws: ``ModelError`` where `REFINERY_KERNELS` names kernels that cannot run here.
    public static func operationsPerSecond(
        threads: Int, seconds: Double
    ) throws(ModelError) -> Double {
        let kernels = try ComputeKernels.chosen()
        let rounds: Int64 = 200_000
        let results = Rates(count: threads)
        let group = DispatchGroup()
        for index in 0..<threads {
            group.enter()
            let thread = Thread {
                // The best of short runs: an interruption spoils one of them only.
                var best = 0.0
                let end = PartClock.now + seconds
                while PartClock.now < end {
                    let began = PartClock.now
                    let operations = ck_peak(kernels.table, rounds)
                    best = max(best, operations / (PartClock.now - began))
                }
                results.set(index, best)
                group.leave()
            }
            thread.start()
        }
        group.wait()
        return results.total
    }

    /// A number a thread.
    private final class Rates: @unchecked Sendable {
        // SAFETY (Sendable): `values` is touched only with `lock` locked.
        private let lock = NSLock()
        private var values: [Double]

        init(count: Int) { values = [Double](repeating: 0, count: count) }

        func set(_ index: Int, _ value: Double) { lock.withLock { values[index] = value } }

        var total: Double { lock.withLock { values.reduce(0, +) } }
    }
}
