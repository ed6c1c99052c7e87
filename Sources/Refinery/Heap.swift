import CMalloc

/// How malloc keeps what is given back to it.
public enum Heap {
    /// Makes blocks of 4 MiB and more go back to the system as soon as they are free.
    ///
    /// Unless it is told, glibc learns from the first large block that is freed to keep others of
    /// its size, in each thread's arena: requests with long lines, one after the other on threads of
    /// their own, would leave as much behind as all of them together take.
    public static func returnsLargeBlocks() {
        _ = mallopt(M_MMAP_THRESHOLD, 4 << 20)
    }
}
