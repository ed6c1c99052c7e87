import TeacherInference

/// A small tokenizer: words with the space before them, cut into pieces of at most `longest`
/// bytes, which may end inside a scalar.
struct TestTokenizer: Tokenizer {
    var longest = 6
    var vocabularySize: Int { 1 }
    var bosToken: TokenID? { nil }
    var addsBOS: Bool { false }
    var summary: String { "words" }

    func encode(_ text: UnsafeRawBufferPointer) -> [TokenID] { encodeWithEnds(text).ids }

    func encodeWithEnds(_ text: UnsafeRawBufferPointer) -> (ids: [TokenID], ends: [Int]) {
        var ends: [Int] = []
        var start = 0
        for at in 0..<text.count {
            let isWordStart = text[at] <= 0x20 && at > start && text[at - 1] > 0x20
            if isWordStart || at - start == longest {
                ends.append(at)
                start = at
            }
        }
        if start < text.count { ends.append(text.count) }
        return ([TokenID](repeating: 0, count: ends.count), ends)
    }

    func decode(_ ids: [TokenID]) -> [UInt8] { [] }
    func id(ofToken spelling: String) -> TokenID? { nil }
    func serializeContent(_ update: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeBytes(of: Int64(longest)) { update($0) }
    }
}
