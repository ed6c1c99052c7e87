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
        var found: Set<[UInt8]> = []
        // Where a bracket opened that may begin a spelling.
        var start: Int?
        for (place, byte) in text.enumerated() {
            switch byte {
            case UInt8(ascii: "<"), UInt8(ascii: "["):
                start = place
            case UInt8(ascii: ">"), UInt8(ascii: "]"):
                guard let first = start else { continue }
                start = nil
                guard place - first < Self.longest else { continue }
                let spelling = Array(text[first...place])
                if Self.isControl(spelling) { found.insert(spelling) }
            default: continue
            }
        }
        guard !found.isEmpty else { return }
        rows += 1
        for spelling in found {
            let name = String(decoding: spelling, as: UTF8.self)
            guard spellings[name] != nil || spellings.count < Self.most else { continue }
            spellings[name, default: 0] += 1
        }
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
