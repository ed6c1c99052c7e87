import Testing

@testable import Refinery

@Suite("Control tokens spelled in rows")
struct ControlSpellingsTests {
    private func counted(_ lines: String, piece: Int = .max) -> ControlSpellings {
        var spellings = ControlSpellings()
        var rest = Array(lines.utf8)[...]
        while !rest.isEmpty {
            spellings.add(Array(rest.prefix(piece)))
            rest = rest.dropFirst(piece)
        }
        return spellings
    }

    @Test("A row counts once, and once for each spelling, wherever the stream is cut")
    func rows() {
        let lines = """
            {"text":"a<|endoftext|>b<|endoftext|> and </s>"}
            {"text":"nothing"}
            {"text":"<<|im_start|>user [INST] <｜begin▁of▁sentence｜>"}
            {"text":"<|endoftext|>"}

            """
        for piece in [1, 2, 7, .max] {
            let found = counted(lines, piece: piece)
            #expect(found.rows == 3)
            #expect(
                found.spellings == [
                    "<|endoftext|>": 2, "</s>": 1, "<|im_start|>": 1, "[INST]": 1,
                    "<｜begin▁of▁sentence｜>": 1,
                ])
        }
    }

    @Test(
        "Code and markup are no control tokens",
        arguments: [
            "a <|> b", "f <| x |> g", "<p>", "<div class=\\\"s\\\">", "List<s", "x[i]", "<||>",
            "<|end\\nof|>", "<|", "[INST",
        ])
    func others(text: String) {
        #expect(counted("{\"text\":\"\(text)\"}\n").rows == 0, "\(text)")
    }

    @Test("Memory is bounded: names that go on for ever, and ever new names")
    func bounds() {
        let long = "<|" + String(repeating: "x", count: 1000) + "|>"
        #expect(counted(long + "\n").rows == 0)
        let many = (0..<100).map { "<|name\($0)|>\n" }.joined()
        #expect(counted(many).rows == 100 && counted(many).spellings.count == 64)
    }
}
