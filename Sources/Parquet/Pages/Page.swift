/// A page, decompressed.
struct Page {
    /// What its header says.
    let header: PageHeader
    /// The memory that it lies in, from the beginning.
    let memory: RawMemory
    /// Bytes of the page.
    let size: Int

    /// The page's bytes, which live as long as its memory.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory.base, count: size) }
}
