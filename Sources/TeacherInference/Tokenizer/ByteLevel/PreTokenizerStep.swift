/// One step of a pre-tokenizer, in a form that is the same whatever file it was read from.
enum PreTokenizerStep: Sendable, Equatable {
    /// Every digit (general category N) on its own, or every run of them (`individual` false).
    case digits(individual: Bool)

    /// Cuts at the matches of a regex in the file's own syntax.
    case split(pattern: String, behavior: SplitBehavior, inverted: Bool)

    /// Puts a space in front of a piece that does not begin with one.
    case prefixSpace

    /// Writes every byte as the character that stands for it: the steps behind this one, of which
    /// there is one at least, see those.
    case byteAlphabet

    /// GPT-2's pattern, which tokenizer.json's `ByteLevel` implies.
    ///
    /// Source: `encoder.py` of OpenAI's gpt-2; `pre_tokenizers/byte_level.rs` of tokenizers.
    static let gpt2 = PreTokenizerStep.split(
        pattern: #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
        behavior: .isolated, inverted: false)
}
