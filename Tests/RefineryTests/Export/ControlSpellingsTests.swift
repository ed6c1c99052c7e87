import Testing

@testable import Refinery

@Suite("Control tokens spelled in rows")
struct ControlSpellingsTests {
    private func counted(_ rows: [String]) -> ControlSpellings {
        var spellings = ControlSpellings()
        for row in rows { spellings.add(row: Array(row.utf8)) }
        return spellings
    }

    @Test("A row counts once, and once for each spelling")
    func rows() {
        let found = counted([
            "a<|endoftext|>b\n<|endoftext|> and </s>", "nothing",
            "<<|im_start|>user [INST] <｜begin▁of▁sentence｜>", "<|endoftext|>",
        ])
        #expect(found.rows == 3)
        #expect(
            found.spellings == [
                "<|endoftext|>": 2, "</s>": 1, "<|im_start|>": 1, "[INST]": 1,
                "<｜begin▁of▁sentence｜>": 1,
            ])
    }

    @Test(
        "Code and markup are no control tokens",
        arguments: [
            "a <|> b", "f <| x |> g", "<p>", "<div class=\"s\">", "List<s", "x[i]", "<||>",
            "<|end\nof|>", "<|", "[INST",
        ])
    func others(text: String) {
        #expect(counted([text]).rows == 0, "\(text)")
    }

    @Test("Memory is bounded: names that go on for ever, and ever new names")
    func bounds() {
        #expect(counted(["<|" + String(repeating: "x", count: 1000) + "|>"]).rows == 0)
        let many = counted((0..<100).map { "<|name\($0)|>" })
        #expect(many.rows == 100 && many.spellings.count == 64)
    }
}
