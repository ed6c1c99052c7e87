import Crypto
import Foundation
import Testing

@testable import Refinery

/// Documents that a reference was trained on, and the selections that leave them out.
struct SliceStepTests {
    /// Of these texts `one` trains at 0.05 held out of nothing: the places are 0.0307 (`one`), 0.3305
    /// (`two`) and 0.4577 (`three`), as `hashlib` computes them.
    private func slice(heldOut: String = "0", share: String) throws -> CorpusSlice {
        try CorpusSlice(seed: 0, heldOut: DecimalFraction(heldOut), share: DecimalFraction(share))
    }

    private func part(_ slice: CorpusSlice, _ text: String) -> CorpusSlice.Part {
        slice.part(ofText: SHA256.hash(data: Array(text.utf8)))
    }

    @Test func `a document's part follows from its text, the seed and the shares alone`() throws {
        #expect(part(try slice(share: "0.0307"), "one") == .candidate)
        #expect(part(try slice(share: "0.0308"), "one") == .trained)
        #expect(part(try slice(heldOut: "0.0308", share: "0.3"), "one") == .heldOut)
        #expect(part(try slice(heldOut: "0.0308", share: "0.3"), "two") == .trained)
        #expect(part(try slice(heldOut: "0.0308", share: "0.2997"), "two") == .candidate)
        let other = try CorpusSlice(
            seed: 7, heldOut: DecimalFraction("0"), share: DecimalFraction("0.4741"))
        #expect(part(other, "one") == .candidate)
        #expect(throws: RefineryError.self) { try slice(heldOut: "0.6", share: "0.5") }
    }

    /// A store whose reference was trained on `one`; `mixed` quotes it, `two` is held out.
    private func filled(_ slice: CorpusSlice?) throws -> TestStore {
        let test = try TestStore()
        var reference = Model.test("b")
        reference.slice = slice
        _ = try test.store.register(.test("a"), as: .teacher)
        _ = try test.store.register(reference, as: .reference)
        try test.add([
            .test("one", "one", line: 1), .test("two", "two", line: 2),
            .test("three", "three", line: 3), .test("mixed", "one|one", line: 4),
        ])
        try test.chunkAll()
        try test.score()
        return test
    }

    private func kept(_ test: TestStore, _ summary: SelectionSummary) throws -> [String] {
        try test.export(summary.id, .corpus).map {
            "\(String(decoding: $0.document, as: UTF8.self)) \($0.ordinal ?? -1)"
        }
    }

    @Test func `what was trained on and held out goes, and so does its text elsewhere`() throws {
        // `one` trains from 0.03 to 0.04, nothing else does; `two` is a candidate.
        let test = try filled(try slice(heldOut: "0.03", share: "0.01"))
        var rule = SelectionRule(size: .topK(100))
        rule.keepDuplicates = true
        let summary = try test.store.select(rule)
        #expect(try kept(test, summary) == ["two 0", "three 0", "mixed 0"])
        let removal = try #require(summary.removals?.first)
        #expect(removal.by == "slice")
        #expect(removal.items == 2)
        #expect(summary.rule.slice == test.reference?.slice)
        #expect(try summary.rule.canonicalJSON().contains(#""slice":{"held_out":"0.03","seed":0"#))
    }

    @Test func `a slice that is kept, too large or not known changes nothing of a rule`() throws {
        var keeping = SelectionRule(size: .topK(100))
        keeping.keepSlice = true
        let test = try filled(try slice(share: "0.04"))
        #expect(try test.store.select(keeping, name: "k").keptChunks == 4)
        let large = try filled(try slice(share: "0.4"))
        let rule = SelectionRule(size: .topK(100))
        #expect(try large.store.select(rule).keptChunks == 4)
        let unknown = try filled(nil)
        let summary = try unknown.store.select(rule)
        #expect(summary.keptChunks == 4)
        #expect(try !summary.rule.canonicalJSON().contains("slice"))
    }

    @Test func `where the slice is chosen from, results say what the reference remembers`() throws {
        let test = try filled(try slice(share: "0.335"))
        let bias = try #require(try test.store.select(SelectionRule(size: .topK(100))).sliceBias)
        func loss(_ texts: [String]) -> Double {
            let sums = texts.map { text in
                let digest = Array(SHA256.hash(data: Array(text.utf8) + [2]))
                return Double(digest[0]) / 16 + Double(digest[1]) / 4096
            }
            return sums.reduce(0, +) / Double(texts.reduce(0) { $0 + $1.utf8.count })
        }
        // `one` and `two` trained; `mixed`'s second chunk is a duplicate of `one`.
        #expect(bias.seen == 2 && bias.unseen == 2)
        #expect(abs(bias.seenLoss - loss(["one", "two"])) < 1e-9)
        #expect(abs(bias.unseenLoss - loss(["three", "one|"])) < 1e-9)
        #expect(abs(bias.bias - (bias.unseenLoss - bias.seenLoss)) < 1e-12)
        // Where the slice is left out, there is nothing to say.
        let spared = try filled(try slice(heldOut: "0.03", share: "0.01"))
        #expect(try spared.store.select(SelectionRule(size: .topK(100))).sliceBias == nil)
        let unknown = try filled(nil)
        #expect(try unknown.store.select(SelectionRule(size: .topK(100))).sliceBias == nil)
    }

    @Test func `the slice is recorded once, whatever the folder says later`() throws {
        let test = try filled(try slice(share: "0.04"))
        var edited = Model.test("b")
        edited.slice = try slice(share: "0.01")
        _ = try test.store.register(edited, as: .reference)
        #expect(try test.reference?.slice == slice(share: "0.04"))
        // One that was registered before anybody knew.
        let later = try filled(nil)
        _ = try later.store.register(edited, as: .reference)
        #expect(try later.reference?.slice == slice(share: "0.01"))
    }
}

extension TestStore {
    fileprivate var reference: Model? { try? store.status().reference }
}
