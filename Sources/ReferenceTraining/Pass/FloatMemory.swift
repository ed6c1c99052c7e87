import Foundation

/// Owned, 64-byte aligned memory for Float32 numbers, zero at first.
package final class FloatMemory {
    /// The first number.
    package let base: UnsafeMutablePointer<Float>

    /// How many there are.
    package let count: Int

    /// Room for `count` numbers.
    init(_ count: Int) {
        let size = max(count, 1) * 4, huge = 2 << 20
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: size, alignment: size < 2 * huge ? 64 : huge)
        // Panels pass over tens of megabytes again and again: large pages spare the look-ups of
        // addresses. Where there are none, nothing is lost.
        if size >= 2 * huge { madvise(memory, size, Int32(MADV_HUGEPAGE)) }
        base = memory.bindMemory(to: Float.self, capacity: max(count, 1))
        base.initialize(repeating: 0, count: max(count, 1))
        self.count = count
    }

    deinit {
        UnsafeMutableRawPointer(base).deallocate()
    }

    /// The numbers' bytes, valid while the memory lives.
    package var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base, count: count * 4)
    }
}
