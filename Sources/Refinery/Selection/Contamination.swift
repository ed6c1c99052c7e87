/// The runs of 13 words in benchmark questions, to know a chunk by that quotes one.
///
/// 13 words are what GPT-3's paper calls contamination (arXiv 2005.14165, appendix C). Words are
/// ``WordHashes``', so case and punctuation do not hide a quotation.
struct Contamination {
    /// Words of a match.
    static let width = 13

    private var windows: Set<UInt64> = []
    /// Questions that are too short to match.
    private(set) var tooShort = 0
    /// Questions that can match.
    private(set) var questions = 0

    /// Adds a question, valid UTF-8; one under 13 words is counted, and matches nothing.
    mutating func add(question: [UInt8]) {
        let found = WordHashes.windows(WordHashes.of(question), width: Self.width)
        if found.isEmpty { tooShort += 1 } else { questions += 1 }
        windows.formUnion(found)
    }

    /// Whether 13 words in a row of `text`, valid UTF-8, stand in a question.
    func contaminates(_ text: [UInt8]) -> Bool {
        guard !windows.isEmpty else { return false }
        return WordHashes.windows(WordHashes.of(text), width: Self.width)
            .contains { windows.contains($0) }
    }
}
