import Foundation
import Testing

@testable import Refinery

@Suite("Report page")
struct ReportPageTests {
    private func summary() -> SelectionSummary {
        var summary = SelectionSummary(
            id: 1, name: "a <b>", created: 0, rule: SelectionRule(size: .topK(2)), teacher: "t",
            reference: "r", unit: .token, candidates: 4, pending: 0, unchunkedDocuments: 0,
            tooShort: 3, failed: 0, duplicates: 5, keptDocuments: 2, keptChunks: 2, keptTokens: 70,
            documents: 9, chunks: 12, tokens: 1123, minScore: 0.5, maxScore: 2,
            domains: [
                DomainSummary(
                    domain: "x&y", chunks: 3, keptChunks: 2, tokens: 123, keptTokens: 70,
                    meanScore: 0.25, keptMeanScore: 1.25),
                DomainSummary(
                    domain: "noise", chunks: 1, keptChunks: 0, tokens: 1000, keptTokens: 0,
                    meanScore: -1, keptMeanScore: nil),
            ], keptLengths: nil, droppedLengths: nil)
        summary.removals = [
            Removal(by: "short", items: 2, tokens: 20),
            Removal(by: "duplicates", items: 5, tokens: 57),
        ]
        summary.domainsBefore = [
            DomainBefore(domain: "x&y", chunks: 5, tokens: 200),
            DomainBefore(domain: "noise", chunks: 1, tokens: 1000),
        ]
        summary.nearCut = 2
        return summary
    }

    private func data(text: String, count: Int = 1) -> ReportData {
        var histogram = ReportData.ScoreHistogram(lower: -1, upper: 1, bins: 4)
        histogram.add(-9, isKept: false)
        histogram.add(0.1, isKept: true)
        histogram.add(9, isKept: true)
        return ReportData(
            selection: summary(), corpora: ["books"],
            pair: PairSummary(gap: 0.4, teacherBetter: 0.75, correlation: nil), models: [],
            histogram: histogram,
            scatter: [
                ReportData.ScatterPoint(
                    teacher: 0.5, reference: 0.9, isKept: true, domain: "x&y"),
                ReportData.ScatterPoint(teacher: 0.1, reference: 3, isKept: false),
            ], tokenBytes: 4,
            examples: [
                ReportData.ExampleGroup(
                    place: "best",
                    chunks: (0..<count).map {
                        ReportData.Example(
                            chunk: Int64($0), document: "d", ordinal: 0, domain: nil, rank: $0 + 1,
                            score: 2, tokens: 3, teacherLoss: 1.25, referenceLoss: 3.25,
                            isKept: true, text: text, isWhole: true)
                    })
            ])
    }

    private func page(_ data: ReportData, _ tokens: [Int64: [TokenDifference]] = [:]) -> String {
        String(decoding: ReportPage.render(data, tokens: tokens), as: UTF8.self)
    }

    @Test("What a corpus says stays text")
    func escaped() {
        let evil = "</pre><script>alert('x')</script>&amp;\"\u{0}\u{1b}"
        var data = data(text: evil)
        data.corpora = ["<i>"]
        data.scatter[0].domain = "\"><script>"
        let page = page(data)
        #expect(!page.contains("<script"))
        #expect(page.contains("&lt;script&gt;alert(&#39;x&#39;)"))
        #expect(page.contains("&amp;amp;&quot;\u{2400}\u{241b}"))
        #expect(page.contains("a &lt;b&gt;") && page.contains("x&amp;y"))
        let title = "Selection a &lt;b&gt; of the corpus &lt;i&gt; – refinery report"
        #expect(page.contains("<title>\(title)</title>"))
        #expect(page.contains("default-src 'none'"))
        #expect(!page.contains("http://") && !page.contains("https://"))
    }

    @Test("The verdict says how much was kept, which domains were not, and how many are close")
    func verdict() {
        let words = ReportWords.verdict(summary())
        #expect(words.hasPrefix("Kept 2 of 12 chunks: 70 of 1,200 scored tokens (5.8 %)."))
        #expect(words.contains("Left out whole: noise."))
        #expect(words.contains("Kept more than others: x&y (35.0 %)."))
        var uneven = summary()
        uneven.keptTokens = 600
        #expect(ReportWords.verdict(uneven).contains("Kept less than others: x&y (35.0 %)."))
        #expect(
            words.hasSuffix("2 chunks lie within 1e-4: another machine may decide otherwise."))
        #expect(page(data(text: "abc")).contains("Selection a &lt;b&gt; of the corpus books"))
    }

    @Test("Each step says what it removed, in words, and what it left")
    func steps() {
        let page = page(data(text: "abc"))
        func row(_ cells: String...) -> Bool {
            page.contains(
                "<tr><th scope=\"row\">\(cells[0])</th>"
                    + cells.dropFirst().map { "<td>\($0)</td>" }.joined())
        }
        #expect(row("scored", "11", "1,200", "100.0 %"))
        #expect(row("− fewer than 0 tokens", "2", "20", "98.3 %"))
        #expect(row("− the same text as another", "5", "57", "93.6 %"))
        #expect(row("candidates", "4", "1,123", "93.6 %"))
        #expect(row("kept", "2", "70", "5.8 %"))
        #expect(page.contains("Not counted below: 3 chunks too short to score."))
        #expect(page.contains("<td>100.0 %</td>") && page.contains("<td>1.2500</td>"))
    }

    @Test("A pair is judged by the mean difference")
    func pair() {
        func words(_ gap: Double, _ unit: ScoreUnit = .token) -> (words: String, isWarning: Bool) {
            ReportWords.pair(
                PairSummary(gap: gap, teacherBetter: 0.5, correlation: 0.81), unit)
        }
        #expect(
            !words(0.4).isWarning && words(0.4).words.hasSuffix("The losses correlate at 0.81."))
        #expect(words(1.51).isWarning && words(1.51).words.contains("too weak"))
        #expect(words(0.09).isWarning && words(0.09).words.contains("larger teacher"))
        #expect(words(0.6, .byte).isWarning && !words(0.04, .byte).isWarning)
    }

    @Test("An example says why it was kept or dropped")
    func reasons() {
        var example = data(text: "abc").examples[0].chunks[0]
        #expect(
            ReportWords.reason(example, summary())
                == "Kept: rank 1 of 4 candidates; its score of 2.0000 is 1.5000 above the cut of 0.5000."
        )
        (example.isKept, example.score, example.rank) = (false, 0.25, 3)
        #expect(ReportWords.reason(example, summary()).contains("0.2500 below the cut"))
        var lots = summary()
        lots.rule.sample = Sample(temperature: 1, seed: 1)
        #expect(ReportWords.reason(example, lots) == "Dropped by lot: rank 3 of 4 candidates.")
        #expect(page(data(text: "abc")).contains("teacher 1.250, reference 3.250 nats a token"))
    }

    @Test("The first three of each part are open, the others show their first line")
    func folds() {
        let page = page(data(text: "---\nA first  line.\nmore", count: 5))
        #expect(page.components(separatedBy: "<details class=\"in\" open>").count == 4)
        #expect(
            page.components(separatedBy: "<span class=\"line\">A first line.</span>").count == 6)
    }

    @Test func `on paper every example shows its text, the closed ones too`() throws {
        let page = page(data(text: "abc", count: 5))
        let print = try #require(page.components(separatedBy: "@media print").last)
        #expect(print.contains("details::details-content { content-visibility: visible;"))
        #expect(print.contains("details:not([open]) > :not(summary) { display: block; }"))
    }

    /// The scores of the examples that are open, where one part of the order is shown.
    private func openScores(_ place: String, kept: Int, of count: Int) -> [String] {
        var data = data(text: "abc", count: count)
        data.examples[0].place = place
        for number in 0..<count {
            data.examples[0].chunks[number].score = Double(count - number)
            data.examples[0].chunks[number].isKept = number < kept
        }
        let parts = page(data).components(separatedBy: " open><summary><b>").dropFirst()
        return parts.map { String($0.prefix { $0 != "." }) }
    }

    @Test func `the nearest to the cut on both sides are open, and the very last come first`() {
        #expect(openScores("cut", kept: 10, of: 20) == ["12", "11", "10"])
        #expect(openScores("cut", kept: 1, of: 20) == ["20", "19", "18"])
        #expect(openScores("cut", kept: 5, of: 5) == ["3", "2", "1"])
        #expect(openScores("cut", kept: 0, of: 2) == ["2", "1"])
        #expect(openScores("worst", kept: 0, of: 20) == ["1", "2", "3"])
        #expect(openScores("best", kept: 20, of: 20) == ["20", "19", "18"])
    }

    @Test("A length bin ends where the next begins, and the last has no end")
    func lengths() {
        var data = data(text: "abc")
        data.selection.lengthBins = [
            LengthBinSummary(from: 32, candidates: 1, kept: 0),
            LengthBinSummary(from: 128, candidates: 3, kept: 2),
        ]
        let page = page(data)
        #expect(page.contains("<th scope=\"row\">32 to 127</th><td>1</td><td>0</td><td>0.0 %</td>"))
        #expect(
            page.contains("<th scope=\"row\">128 and more</th><td>3</td><td>2</td><td>66.7 %</td>"))
    }

    @Test("Scores beyond the histogram count in its outermost bins")
    func bins() {
        let histogram = data(text: "").histogram
        #expect(histogram.candidates == [1, 0, 1, 1])
        #expect(histogram.kept == [0, 0, 1, 1])
    }

    @Test func `a chart says between which scores it is drawn, in numbers as people write them`() {
        var histogram = ReportData.ScoreHistogram(lower: -0.360738, upper: 8.91825, bins: 4)
        for _ in 0..<1234 { histogram.add(1, isKept: true) }
        histogram.add(-99, isKept: false)
        #expect(
            ReportCharts.histogram(histogram, cut: nil).contains(
                "<desc>1,235 chunks, drawn from −0.3607 to 8.918; 1,234 are kept</desc>"))
        #expect(Chart.rounded(12345.6) == "12,346" && Chart.rounded(2) == "2")
    }

    @Test("Ticks are round, never −0, and on a logarithmic axis steps of 1, 2 and 5")
    func ticks() {
        #expect(Chart.across(-1, 1).ticks == [-1, -0.5, 0, 0.5, 1])
        #expect(Chart.across(-1, 1).ticks.map(Chart.short) == ["−1", "−0.5", "0", "0.5", "1"])
        #expect(Chart.up(0.09, 2.2, isLogarithmic: true).ticks == [0.1, 0.2, 0.5, 1, 2])
        #expect(Chart.short(12_000) == "12,000" && Chart.short(3_500_000) == "3.5 M")
        let axis = Chart.across(0.1, 10, isLogarithmic: true)
        #expect(abs(axis.at(1) - (axis.from + axis.to) / 2) < 1e-9 && axis.at(0) == axis.from)
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

    @Test("Eighty long texts of tags and quotes stay under 2 MB, and say what is missing")
    func size() {
        let text = String(repeating: "<\"'é€>", count: 4000)
        let tokens = (0..<16_000).map {
            TokenDifference(
                range: $0 * 2..<$0 * 2 + 2, teacher: 0, reference: $0 % 2 == 0 ? 1 : -1)
        }
        let data = data(text: text, count: 80)
        let page = ReportPage.render(
            data, tokens: Dictionary(uniqueKeysWithValues: (0..<80).map { (Int64($0), tokens) }))
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
                page.contains("The cut is drawn")
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

    @Test func `the cut's line is of the candidates' tokens, whatever the examples are`() {
        let words = "The cut is drawn for tokens of 4.00 bytes, the mean of the candidates."
        for text in ["text", "a far longer text of as many tokens"] {
            #expect(page(data(text: text)).contains(words))
        }
    }
}
