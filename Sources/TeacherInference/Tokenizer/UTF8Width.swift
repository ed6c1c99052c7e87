/// Lengths of characters in UTF-8.
enum UTF8Width {
    /// Bytes of the character that begins with `lead`; 1 for what begins none.
    @inline(__always)
    static func of(_ lead: UInt8) -> Int {
        lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    }
}
