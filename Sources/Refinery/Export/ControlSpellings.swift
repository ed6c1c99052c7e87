import Glibc

/// Counts rows in which something is spelled as models spell their control tokens.
///
/// Students bring tokenizers of their own, so it goes by how control tokens look: `<|name|>` and
/// `<｜name｜>`, and the well-known names between brackets. A trainer that reads them as tokens
/// would end a text, or begin a turn, in the middle of a row.
public struct ControlSpellings: Sendable {
    /// Spellings that are told apart; what comes later counts in ``rows`` only.
    private static let most = 64
    /// Bytes of the longest spelling.
    private static let longest = 64

    /// Rows with any.
    public private(set) var rows = 0
    /// Rows with each.
    public private(set) var spellings: [String: Int] = [:]

    /// Has counted nothing.
    public init() {}

    /// Counts a row by its text.
    public mutating func add(row text: [UInt8]) {
        text.withUnsafeBytes { add(row: $0) }
    }

    /// Counts a row by its text, or by its text as JSON has it: spellings have nothing to escape.
    public mutating func add(row text: UnsafeRawBufferPointer) {
        let found = Self.spellings(in: text)
        guard !found.isEmpty else { return }
        rows += 1
        for spelling in found {
            let name = String(decoding: spelling, as: UTF8.self)
            guard spellings[name] != nil || spellings.count < Self.most else { continue }
            spellings[name, default: 0] += 1
        }
    }

    /// The spellings in a text, each once.
    private static func spellings(in text: UnsafeRawBufferPointer) -> Set<[UInt8]> {
        var found: Set<[UInt8]> = []
        var openers = ByteSearch(text, UInt8(ascii: "<"), UInt8(ascii: "["))
        var at = 0
        while let first = openers.next(from: at) {
            let end = min(text.count, first + longest)
            at = first + 1
            search: while at < end {
                switch text[at] {
                case UInt8(ascii: "<"), UInt8(ascii: "["): break search
                case UInt8(ascii: ">"), UInt8(ascii: "]"):
                    let spelling = Array(text[first...at])
                    if isControl(spelling) { found.insert(spelling) }
                    break search
                default: at += 1
                }
            }
        }
        return found
    }

    private static let names: Set<[UInt8]> = Set(
        [
            "<s>", "</s>", "<bos>", "<eos>", "<pad>", "<unk>", "<mask>", "<start_of_turn>",
            "<end_of_turn>", "[INST]", "[/INST]",
        ].map { Array($0.utf8) })

    private static func isControl(_ spelling: [UInt8]) -> Bool {
        names.contains(spelling) || isBarred(spelling, "|") || isBarred(spelling, "｜")
    }

    /// Whether it is a name without white space between bars.
    private static func isBarred(_ spelling: [UInt8], _ bar: String) -> Bool {
        let open = Array("<\(bar)".utf8)
        let close = Array("\(bar)>".utf8)
        guard spelling.count > open.count + close.count, spelling.starts(with: open),
            spelling.suffix(close.count).elementsEqual(close)
        else { return false }
        return spelling.dropFirst(open.count).dropLast(close.count).allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: "/"), 0x80...:
                true
            default: false
            }
        }
    }
}

/// The next place of either of two bytes, each looked for once.
private struct ByteSearch {
    private let text: UnsafeRawBufferPointer
    private let bytes: (UInt8, UInt8)
    private var places: (Int, Int) = (-1, -1)

    init(_ text: UnsafeRawBufferPointer, _ first: UInt8, _ second: UInt8) {
        self.text = text
        bytes = (first, second)
    }

    /// The first place of either from `start` on, nil for none; `start` must not go back.
    mutating func next(from start: Int) -> Int? {
        if places.0 < start { places.0 = place(of: bytes.0, from: start) }
        if places.1 < start { places.1 = place(of: bytes.1, from: start) }
        let first = min(places.0, places.1)
        return first < text.count ? first : nil
    }

    private func place(of byte: UInt8, from start: Int) -> Int {
        guard start < text.count, let base = text.baseAddress else { return text.count }
        // SAFETY: memchr reads the bytes of `text` from `start` to its end.
        return memchr(base + start, Int32(byte), text.count - start).map {
            UnsafeRawPointer($0) - base
        } ?? text.count
    }
}
