/// A token that a file adds beside its model and that matches before pre-tokenising.
struct AddedToken: Sendable, Equatable {
    /// Its id.
    var id: TokenID
    /// The bytes that it matches.
    var content: [UInt8]
    /// Matches only where no word character stands beside it.
    var singleWord = false
    /// Takes the white space before it.
    var stripsLeft = false
    /// Takes the white space after it.
    var stripsRight = false
    /// Matched in a second pass, after the others (Hugging Face: in normalised text).
    var isNormalized = false
}

/// Finds added tokens in text: the longest at the leftmost position, as tokenizers'
/// `AddedVocabulary` does.
struct AddedTokens: Sendable {
    /// A part of the text: an added token, or what stands between two.
    struct Section {
        var start: Int
        var end: Int
        /// The added token's id, nil for text.
        var token: TokenID?
    }

    private let passes: [Trie]

    /// A matcher for `tokens`, whose contents are distinct and not empty.
    init(_ tokens: [AddedToken]) {
        let groups = [tokens.filter { !$0.isNormalized }, tokens.filter(\.isNormalized)]
        passes = groups.filter { !$0.isEmpty }.map(Trie.init)
    }

    /// The sections of `text`, in its order and without gaps.
    ///
    /// As in tokenizers, white space that a token strips may hold another: they overlap then.
    func sections(of text: UnsafeRawBufferPointer) -> [Section] {
        var sections = [Section(start: 0, end: text.count, token: nil)]
        for trie in passes {
            var result: [Section] = []
            for section in sections {
                if section.token == nil {
                    trie.find(in: text, section.start, section.end, into: &result)
                } else {
                    result.append(section)
                }
            }
            sections = result
        }
        return sections
    }
}

/// A byte trie over the contents of some added tokens.
private struct Trie: Sendable {
    private var edges = PairTable(capacity: 64)
    /// Index into `tokens` of the token that ends at a node, -1 for none.
    private var ending: [Int32] = [-1]
    private var isFirstByte = [Bool](repeating: false, count: 256)
    private let tokens: [AddedToken]

    init(_ tokens: [AddedToken]) {
        self.tokens = tokens
        for (index, token) in tokens.enumerated() {
            var node: Int32 = 0
            for byte in token.content {
                let key = PairTable.key(node, Int32(byte))
                if let next = edges[key] {
                    node = Int32(truncatingIfNeeded: next)
                } else {
                    let next = Int32(ending.count)
                    _ = edges.insert(key, UInt64(next))
                    ending.append(-1)
                    node = next
                }
            }
            ending[Int(node)] = Int32(index)
            if let byte = token.content.first { isFirstByte[Int(byte)] = true }
        }
    }

    /// Appends the sections of `text[start..<end]`.
    func find(
        in text: UnsafeRawBufferPointer, _ start: Int, _ end: Int,
        into sections: inout [AddedTokens.Section]
    ) {
        var done = start
        var position = start
        // The white space that was stripped last: each run is walked once.
        var run = start..<start
        while position < end {
            guard isFirstByte[Int(text[position])],
                let (token, length) = longest(in: text, position, end)
            else {
                position += 1
                continue
            }
            var (from, to) = (position, position + length)
            position = to
            if token.singleWord, Self.touchesWord(text, start, end, from, to) { continue }
            if token.stripsLeft {
                while let (scalar, size) = Self.scalar(before: from, text, done),
                    scalar.properties.isWhitespace
                { from -= size }
                from = max(from, done)
            }
            if token.stripsRight, run.contains(to) {
                to = run.upperBound
            } else if token.stripsRight {
                let content = to
                while let (scalar, size) = Self.scalar(at: to, text, end),
                    scalar.properties.isWhitespace
                { to += size }
                run = content..<to
            }
            if from > done {
                sections.append(AddedTokens.Section(start: done, end: from, token: nil))
            }
            // Of one that stands in what the last one stripped, nothing may be left.
            guard from < to else { continue }
            sections.append(AddedTokens.Section(start: from, end: to, token: token.id))
            done = to
        }
        if end > done { sections.append(AddedTokens.Section(start: done, end: end, token: nil)) }
    }

    private func longest(
        in text: UnsafeRawBufferPointer, _ start: Int, _ end: Int
    ) -> (AddedToken, Int)? {
        var node: Int32 = 0
        var best: (Int32, Int)?
        var position = start
        while position < end, let next = edges[PairTable.key(node, Int32(text[position]))] {
            node = Int32(truncatingIfNeeded: next)
            position += 1
            if ending[Int(node)] >= 0 { best = (ending[Int(node)], position - start) }
        }
        return best.map { (tokens[Int($0.0)], $0.1) }
    }

    private static func touchesWord(
        _ text: UnsafeRawBufferPointer, _ start: Int, _ end: Int, _ from: Int, _ to: Int
    ) -> Bool {
        if let (scalar, _) = scalar(before: from, text, start), isWord(scalar) { return true }
        if let (scalar, _) = scalar(at: to, text, end), isWord(scalar) { return true }
        return false
    }

    /// `\w` of Rust's regex crate.
    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        let properties = scalar.properties
        if properties.isAlphabetic || properties.isJoinControl { return true }
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
            return true
        default: return false
        }
    }

    private static func scalar(
        at position: Int, _ text: UnsafeRawBufferPointer, _ end: Int
    ) -> (Unicode.Scalar, Int)? {
        guard position < end else { return nil }
        let part = UnsafeRawBufferPointer(rebasing: text[position..<min(end, position + 4)])
        guard let scalar = String(decoding: part, as: UTF8.self).unicodeScalars.first else {
            return nil
        }
        return (scalar, UTF8.width(scalar))
    }

    private static func scalar(
        before position: Int, _ text: UnsafeRawBufferPointer, _ start: Int
    ) -> (Unicode.Scalar, Int)? {
        var first = position - 1
        while first >= start, text[first] & 0xC0 == 0x80 { first -= 1 }
        guard first >= start else { return nil }
        return scalar(at: first, text, position)
    }
}
