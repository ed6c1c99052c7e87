import Refinery
import Testing

@testable import refinectl

/// Names that there are not are told, with the one that may be meant.
struct MisspellingTests {
    @Test(
        "a command or option that there is not is found, wherever it stands",
        arguments: [
            (["exprot", "--ratio", "0.5"], "exprot", "export"),
            (["--socket", "/s", "statsu"], "statsu", "status"),
            (["export", "--rato", "0.5"], "--rato", "--ratio"),
            (["export", "--rato=0.5"], "--rato", "--ratio"),
            (["refine", "a.jsonl", "--teachr", "t"], "--teachr", "--teacher"),
            (["selections", "dif", "a", "b"], nil, nil),
            (["status", "--frobnicate"], "--frobnicate", nil),
        ] as [([String], String?, String?)])
    func found(_ arguments: [String], _ name: String?, _ meant: String?) {
        let misspelling = Misspelling.find(in: arguments)
        #expect(misspelling?.found == name)
        #expect(misspelling?.meant == meant)
    }

    @Test(
        "what is known, hidden or not an option is left alone",
        arguments: [
            ["refine", "a.jsonl", "--wait", "--ratio", "0.5"], ["help", "export"],
            ["selections", "diff", "a", "b"], ["status", "--socket", "/s"], [],
            ["score", "m", "--", "--rato"], ["--version"], ["--help"],
        ])
    func known(_ arguments: [String]) {
        #expect(Misspelling.find(in: arguments) == nil)
    }

    @Test(
        "a suggestion is close to what was typed: an edit for three letters, neighbours exchanged",
        arguments: [
            ("mates", nil), ("byte", "bytes"), ("wbe", "web"), ("xyz", nil),
            ("diference", "difference"),
            ("difefrenec", "difference"), ("weeb", "web"), ("a", "b"),
        ] as [(String, String?)])
    func near(_ word: String, _ meant: String?) {
        #expect(NearestName.of(word, among: ["bytes", "web", "difference", "b"]) == meant)
    }

    @Test("what steers a terminal is shown as U+FFFD")
    func unsafe() {
        #expect(NumberText.printable("a\u{1B}[2Jb\u{202E}c\u{2066}d\u{85}é") == "a�[2Jb�c�d�é")
    }
}
