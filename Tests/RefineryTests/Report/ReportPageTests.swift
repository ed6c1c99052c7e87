import Foundation
import Testing

@testable import Refinery

@Suite("Report page")
struct ReportPageTests {
    private func summary() -> SelectionSummary {
        SelectionSummary(
            id: 1, name: "a <b>", created: 0, rule: SelectionRule(size: .topK(2)), teacher: "t",
            reference: "r", unit: .token, candidates: 4, pending: 0, unchunkedDocuments: 0,
            tooShort: 3, failed: 0, duplicates: 5, keptDocuments: 2, keptChunks: 2, keptTokens: 70,
            documents: 9, chunks: 12, tokens: 123, minScore: 0.5, maxScore: 2,
            domains: [
                DomainSummary(
                    domain: "x&y", chunks: 4, keptChunks: 2, tokens: 123, keptTokens: 70,
                    meanScore: 0.25, keptMeanScore: 1.25)
            ], keptLengths: nil, droppedLengths: nil)
    }

    private func data(text: String, count: Int = 1) -> ReportData {
        var histogram = ReportData.ScoreHistogram(lower: -1, upper: 1, bins: 4)
        histogram.add(-9, isKept: false)
        histogram.add(0.1, isKept: true)
        histogram.add(9, isKept: true)
        return ReportData(
            selection: summary(), models: [], histogram: histogram,
            scatter: [ReportData.ScatterPoint(teacher: 0.5, reference: 0.9, isKept: true)],
            examples: [
                ReportData.ExampleGroup(
                    place: "best",
                    chunks: (0..<count).map {
                        ReportData.Example(
                            chunk: Int64($0), document: "d", ordinal: 0, domain: nil, rank: $0 + 1,
                            score: 2, tokens: 3, isKept: true, text: text, isWhole: true)
                    })
            ])
    }

    private func page(_ data: ReportData, _ tokens: [Int64: [TokenDifference]] = [:]) -> String {
        String(decoding: ReportPage.render(data, tokens: tokens), as: UTF8.self)
    }

    @Test("What a corpus says stays text")
    func escaped() {
        let evil = "</pre><script>alert('x')</script>&amp;\"\u{0}\u{1b}"
        let page = page(data(text: evil))
        #expect(!page.contains("<script"))
        #expect(page.contains("&lt;script&gt;alert(&#39;x&#39;)"))
        #expect(page.contains("&amp;amp;&quot;\u{2400}\u{241b}"))
        #expect(page.contains("a &lt;b&gt;") && page.contains("x&amp;y"))
        #expect(page.contains("default-src 'none'"))
        #expect(!page.contains("http://") && !page.contains("https://"))
    }

    @Test("Numbers of the selection are on the page")
    func numbers() {
        let page = page(data(text: "abc"))
        #expect(page.contains("<td>candidates</td><td>2</td><td>4</td>"))
        #expect(page.contains("<td>duplicates</td><td>5</td>"))
        #expect(page.contains("<td>100.0 %</td><td>0.2500</td><td>1.2500</td>"))
    }

    @Test("Scores beyond the histogram count in its outermost bins")
    func bins() {
        let histogram = data(text: "").histogram
        #expect(histogram.candidates == [1, 0, 1, 1])
        #expect(histogram.kept == [0, 0, 1, 1])
    }

    @Test("Tokens are coloured, equal neighbours once, and no scalar is torn")
    func colours() {
        let text = "aé€!"  // 1, 2, 3 and 1 bytes
        func token(_ range: Range<Int>, _ difference: Double) -> TokenDifference {
            TokenDifference(range: range, teacher: 0, reference: difference)
        }
        let tokens = [token(0..<2, 3), token(2..<4, 3), token(4..<6, -9), token(6..<7, 0)]
        let page = page(data(text: text), [0: tokens])
        #expect(page.contains("<i class=\"p3\">aé€</i>!</pre>"))
    }

    @Test("Sixty long texts of tags and quotes stay under 2 MB, and say what is missing")
    func size() {
        let text = String(repeating: "<\"'é€>", count: 4000)
        let tokens = (0..<16_000).map {
            TokenDifference(
                range: $0 * 2..<$0 * 2 + 2, teacher: 0, reference: $0 % 2 == 0 ? 1 : -1)
        }
        let data = data(text: text, count: 60)
        let page = ReportPage.render(
            data, tokens: Dictionary(uniqueKeysWithValues: (0..<60).map { (Int64($0), tokens) }))
        #expect(page.count < 2_000_000)
        #expect(String(decoding: page, as: UTF8.self).contains("bytes more"))
        #expect(String(validating: page, as: UTF8.self) != nil)
    }

    @Test(
        "The cut is drawn where the score alone decides, between the models if it is the difference"
    )
    func cuts() throws {
        func cuts(_ change: (inout SelectionRule) throws -> Void) throws -> Int {
            var data = data(text: "text")
            // Within the plane of the two models, whichever end is the cut.
            data.selection.maxScore = data.selection.minScore
            try change(&data.selection.rule)
            let page = page(data)
            #expect(
                page.contains("the line is the cut")
                    == (page.components(separatedBy: "class=\"cut\"").count == 3))
            return page.components(separatedBy: "class=\"cut\"").count - 1
        }
        #expect(try cuts { _ in } == 2)
        #expect(try cuts { $0.ascending = true } == 2)
        #expect(try cuts { $0.score = .column(.relative) } == 1)
        #expect(try cuts { $0.score = try ScoreExpression("difference:1,tokens:1") } == 1)
        #expect(try cuts { $0.sample = Sample(temperature: 1, seed: 1) } == 0)
        #expect(try cuts { $0.baseline = Baseline(seed: 1, from: .candidates) } == 0)
        #expect(try cuts { $0.mix = Mix(nil) } == 0)
    }
}
