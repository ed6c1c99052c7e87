import Glibc

/// Bytes that a page or its values lie in, not cleared when taken, freed with the last reference.
///
/// 16 zero bytes follow the capacity, so that decoders may load whole words at the end.
// SAFETY: only the cursor that took the memory writes to it, and only while no batch shares it
// (`recycled` asks); whoever shares it reads.
final class RawMemory: @unchecked Sendable {
    /// Zero bytes behind the capacity.
    static let padding = 16

    /// The first byte.
    let base: UnsafeMutableRawPointer

    /// How many bytes may be used.
    let capacity: Int

    private let budget: PageBudget?

    /// Takes `capacity` bytes, of `budget` where there is one.
    init(_ capacity: Int, of budget: PageBudget? = nil) throws(ParquetError) {
        try budget?.take(capacity)
        self.budget = budget
        self.capacity = capacity
        guard capacity >= 0, capacity <= 1 << 40, let base = malloc(capacity + Self.padding) else {
            budget?.giveBack(capacity)
            throw ParquetError("there is no memory for \(capacity) bytes")
        }
        // SAFETY: the allocation has `padding` bytes beyond the capacity.
        memset(base + capacity, 0, Self.padding)
        self.base = base
    }

    deinit {
        free(base)
        budget?.giveBack(capacity)
    }

    /// `old` again where nobody else holds it and it has room for `capacity` bytes, without being
    /// far too large; else fresh memory.
    static func recycled(
        _ old: inout RawMemory?, _ capacity: Int, of budget: PageBudget? = nil
    ) throws(ParquetError) -> RawMemory {
        if isKnownUniquelyReferenced(&old), let memory = old, memory.capacity >= capacity,
            memory.capacity / 4 <= max(capacity, 64 << 10)
        {
            return memory
        }
        old = nil
        return try RawMemory(capacity, of: budget)
    }

    /// The elements that the memory holds, uninitialised where nothing was written.
    func bound<T: BitwiseCopyable>(to type: T.Type) -> UnsafeMutablePointer<T> {
        base.assumingMemoryBound(to: type)
    }
}
