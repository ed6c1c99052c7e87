/// A step of a normaliser, in a form that is the same whatever file it was read from.
enum NormalizerStep: Sendable, Equatable {
    /// Puts bytes in front of every stretch of text between added tokens.
    case prepend([UInt8])
    /// Replaces every occurrence of the first bytes by the second.
    case replace([UInt8], [UInt8])
    /// Unicode's normalisation form C.
    case nfc

    /// More steps are refused: each goes over the text once.
    private static let maxSteps = 32
    /// So many times as long as it was may a text become, or by so many bytes longer.
    private static let maxGrowth = 64.0

    /// Refuses steps that could make a text very long: 40 that double one letter would make 2⁴⁰.
    static func checkGrowth(_ steps: [NormalizerStep], source: String) throws(ModelError) {
        var growth = 1.0, front = 0.0
        for step in steps {
            switch step {
            case .prepend(let content): front += Double(content.count)
            case .replace(let pattern, let content):
                let factor = max(1, Double(content.count) / Double(max(1, pattern.count)))
                growth *= factor
                front *= factor
            // Of the characters that NFC takes apart none takes more than three times its bytes.
            case .nfc: growth *= 3
            }
        }
        guard steps.count <= maxSteps, growth <= maxGrowth, front <= maxGrowth else {
            throw ModelError(
                "cannot use the tokenizer of \(source): its normalizer, of \(steps.count) steps, could "
                    + "make a text \(growth) times and \(front) bytes longer; \(maxSteps) steps and "
                    + "\(maxGrowth) are allowed")
        }
    }
}
