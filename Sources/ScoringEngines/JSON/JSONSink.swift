/// What a ``JSONStream`` found, one call each.
protocol JSONSink {
    /// Bytes of the string value that comes next which are wanted; 0 to have it skipped.
    ///
    /// Asked when the string begins. A longer string is an error.
    var stringLimit: Int { get }

    /// An array or an object begins.
    mutating func open(isArray: Bool) throws(EngineError)
    /// The innermost array or object ends.
    mutating func close() throws(EngineError)
    /// The key of the value that comes next, escapes resolved.
    mutating func key(_ bytes: UnsafeRawBufferPointer) throws(EngineError)
    /// A string that was wanted, escapes resolved.
    mutating func string(_ bytes: UnsafeRawBufferPointer) throws(EngineError)
    /// A string that was skipped, or a boolean.
    mutating func other() throws(EngineError)
    /// A number. What Python writes for what is none (`NaN`, `-Infinity`) comes as such.
    mutating func number(_ value: Double) throws(EngineError)
    /// A null.
    mutating func null() throws(EngineError)
}

extension UnsafeRawBufferPointer {
    /// Whether the bytes are those of `text`.
    @inline(__always)
    func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        // SAFETY: both have `count` bytes, which was just compared.
        for place in 0..<count where self[place] != text.utf8Start[place] { return false }
        return true
    }
}

extension [UInt8] {
    /// Calls `body` with the bytes, which are valid until it returns.
    @inline(__always)
    func withRawBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws(EngineError) -> Result
    ) throws(EngineError) -> Result {
        try withUnsafeBufferPointer { bytes throws(EngineError) in
            try body(UnsafeRawBufferPointer(bytes))
        }
    }
}
