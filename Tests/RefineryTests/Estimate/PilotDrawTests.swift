import Crypto
import Foundation
import Testing

@testable import Refinery

struct PilotDrawTests {
    private func add(_ text: String, _ domain: String?, to draw: inout PilotDraw) {
        let bytes = Array(text.utf8)
        draw.add(
            ImportedDocument(id: [1], text: bytes, domain: domain.map { Array($0.utf8) }, line: 1),
            SHA256.hash(data: bytes))
    }

    @Test func `the draw does not depend on the order, and a text is drawn once`() {
        let texts = (0..<300).map { "text \($0) " + String(repeating: "x", count: $0) }
        func drawn(_ texts: [String], seed: UInt64) -> [[UInt8]] {
            var draw = PilotDraw(seed: seed)
            for text in texts { add(text, "a", to: &draw) }
            return draw.documents().map(\.text)
        }
        let first = drawn(texts + texts, seed: 0)
        #expect(first.count == 300 && Set(first).count == 300)
        #expect(first == drawn(texts.reversed(), seed: 0))
        #expect(first != drawn(texts, seed: 1))
    }

    @Test func `a text's chance grows with its bytes`() {
        var firsts = 0
        for seed in 0..<400 {
            var draw = PilotDraw(seed: UInt64(seed))
            add(String(repeating: "l", count: 300), nil, to: &draw)
            add(String(repeating: "s", count: 100), nil, to: &draw)
            if draw.documents()[0].text.count == 300 { firsts += 1 }
        }
        // Three of four; four standard errors are 35.
        #expect(abs(firsts - 300) < 35)
    }

    @Test func `every large domain has documents of its own, scored behind the first hundred`() {
        var draw = PilotDraw(seed: 0)
        for number in 0..<2000 {
            add("common \(number) " + String(repeating: "c", count: 1000), "web", to: &draw)
        }
        for number in 0..<30 { add("rare \(number)", "rare", to: &draw) }
        add("", "empty", to: &draw)
        #expect(draw.tally.documents == 2031)
        let documents = draw.documents()
        let rare = documents.indices.filter { documents[$0].domain == Array("rare".utf8) }
        #expect(rare.count == 10 && rare.allSatisfy { (100..<110).contains($0) })
        #expect(rare.allSatisfy { !documents[$0].isMain })
        #expect(documents.count { $0.isMain } == 1500)
        #expect(
            draw.largestDomains().map(\.name) == [Array("web".utf8), Array("rare".utf8)])
    }
}
