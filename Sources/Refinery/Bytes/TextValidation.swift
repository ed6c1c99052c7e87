/// Rules on text that hold for lines and for whole files.
enum TextValidation {
    /// Where `bytes` stop being valid UTF-8: an offset from 0, nil if they are valid throughout.
    static func invalidOffset(_ bytes: UnsafeRawBufferPointer) -> Int? {
        do throws(UTF8.ValidationError) {
            // SAFETY: the span is gone at the end of this statement, the bytes stay valid longer.
            _ = try UTF8Span(validating: bytes.bindMemory(to: UInt8.self).span)
            return nil
        } catch {
            return error.byteOffsets.lowerBound
        }
    }

    /// Whether valid UTF-8 is empty or holds white space (Unicode's White_Space) only.
    static func isBlank(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            guard scalar.properties.isWhitespace else { return false }
        }
        return true
    }
}
