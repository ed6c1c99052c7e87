/// The pre-tokenizer that writes spaces as a character of their own and cuts before it.
///
/// Source: `pre_tokenizers/metaspace.rs` of Hugging Face tokenizers.
struct Metaspace: Sendable, Equatable {
    /// Where the character is put in front of a text that does not begin with it.
    enum PrependScheme: String, Sendable {
        /// Every stretch of text between added tokens.
        case always
        /// The beginning of the text.
        case first
        /// Nowhere.
        case never
    }

    /// The character in place of a space, U+2581 as a rule.
    var replacement: [UInt8]
    /// Where it is put in front.
    var prependScheme: PrependScheme
    /// Whether every occurrence begins a word.
    var splits: Bool

    /// Rewrites `text`.
    func apply(to text: inout AlignedText) {
        text.replace([UInt8(ascii: " ")], with: replacement)
        guard prependScheme == .always || prependScheme == .first && text.start == 0 else { return }
        if !text.bytes.starts(with: replacement) { text.prepend(replacement) }
    }

    /// The words of `text`, which was rewritten: ascending, none empty.
    func words(of text: [UInt8]) -> [Range<Int>] {
        guard splits else { return text.isEmpty ? [] : [0..<text.count] }
        var result: [Range<Int>] = []
        var start = 0
        for position in text.indices.dropFirst()
        where text[position] == replacement[0] && text[position...].starts(with: replacement) {
            result.append(start..<position)
            start = position
        }
        if start < text.count { result.append(start..<text.count) }
        return result
    }
}
