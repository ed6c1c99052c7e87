/// Owned, 64-byte aligned memory for Float32 numbers, zero at first.
struct FloatBuffer: ~Copyable {
    /// The first number.
    let base: UnsafeMutablePointer<Float>

    /// How many there are.
    let count: Int

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
}
