/// A step of a normaliser, in a form that is the same whatever file it was read from.
enum NormalizerStep: Sendable, Equatable {
    /// Puts bytes in front of every stretch of text between added tokens.
    case prepend([UInt8])
    /// Replaces every occurrence of the first bytes by the second.
    case replace([UInt8], [UInt8])
    /// Unicode's normalisation form C.
    case nfc
}
