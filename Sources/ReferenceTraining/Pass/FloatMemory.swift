/// Owned, 64-byte aligned memory for Float32 numbers, zero at first.
package final class FloatMemory {
    /// The first number.
    package let base: UnsafeMutablePointer<Float>

    /// How many there are.
    package let count: Int

    /// Room for `count` numbers.
    init(_ count: Int) {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 64)
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
