import Foundation
import GRDB
import Prediction
import Testing

@testable import Refinery

/// Selections by what is expected of chunks that the teacher did not read.
struct ExpectedDifferenceTests {
    /// The chunks that a teacher which reads everything would keep.
    private func best(_ fixture: ShareFixture, _ count: Int) throws -> Set<String> {
        let full = try ShareFixture(noise: fixture.noise, share: nil)
        try full.score()
        let summary = try full.store.select(SelectionRule(size: .topK(count)))
        return Set(
            try full.test.export(summary.id, .score).map {
                String(decoding: $0.document, as: UTF8.self)
            })
    }

    private func kept(_ fixture: ShareFixture, _ summary: SelectionSummary) throws -> Set<String> {
        Set(
            try fixture.test.export(summary.id, .score).map {
                String(decoding: $0.document, as: UTF8.self)
            })
    }

    @Test func `the true difference where the teacher read, else what is expected`() throws {
        let fixture = try ShareFixture()
        try fixture.readShare(fixture.rule())
        let summary = try fixture.store.select(fixture.rule(.ratio(DecimalFraction("1"))))
        let regression = try #require(summary.rule.prediction)
        let read = try fixture.read()
        let rows = try fixture.test.export(summary.id, .score)
        #expect(rows.count == 600)
        for row in rows {
            let said = try fixture.said(of: row.text)
            let isRead = read.contains(row.chunkID)
            let domain = row.domain.map { String(decoding: $0, as: UTF8.self) }
            let want =
                isRead
                ? said.difference
                : regression.predict(said.summary.features, domain: domain)
            #expect(abs(row.score - want) < 1e-9, "\(row.chunkID)")
            #expect(row.teacherNLL.isNaN == !isRead)
            #expect(row.tokens == row.text.count)
        }
        // Of everything there is nothing to judge.
        #expect(summary.prediction?.quality == nil)
        #expect(summary.prediction?.read == 360 && summary.prediction?.chunks == 600)
    }

    @Test func `the stated overlap is that with the selection of a teacher that reads all`()
        throws
    {
        let fixture = try ShareFixture(noise: 0.3)
        try fixture.readShare(fixture.rule())
        let summary = try fixture.store.select(fixture.rule())
        let quality = try #require(summary.prediction?.quality)
        let found = try kept(fixture, summary)
        let truth = Double(found.intersection(try best(fixture, 200)).count) / 200
        #expect(
            quality.whole.overlap.lower - 0.02 <= truth
                && truth <= quality.whole.overlap.upper + 0.02,
            "\(truth) is not in \(quality.whole.overlap)")
        #expect(truth > 0.85)
        #expect(quality.whole.rankCorrelation.value > 0.9)
        #expect(Set(quality.domains.keys) == ["code", "prose"])
        #expect(summary.prediction?.sees == .nll)
        // The teacher read what decides: more of the true selection than a sample alone would give.
        let plain = try ShareFixture(noise: 0.3)
        try plain.readShare(nil)
        let uniform = try kept(plain, plain.store.select(plain.rule()))
        #expect(try uniform.intersection(best(fixture, 200)).count < Int(truth * 200))
    }

    @Test func `a difference is refused while chunks are unread, and the hint names the column`()
        throws
    {
        let fixture = try ShareFixture()
        try fixture.readShare(fixture.rule())
        let error = #expect(throws: RefineryError.self) {
            try fixture.store.select(SelectionRule(size: .topK(10)))
        }
        #expect(error?.kind == .refused)
        #expect(error?.message.contains("240 chunks have no difference") == true)
        #expect(error?.hint?.contains("expected_difference") == true)
        var rule = fixture.rule()
        rule.ranges = [try ColumnRange("teacher_loss=..9")]
        let filtered = #expect(throws: RefineryError.self) { try fixture.store.select(rule) }
        #expect(filtered?.message.contains("teacher_loss needs its sums") == true)
        rule.ranges = [try ColumnRange("teacher_loss=..q0.9")]
        #expect(throws: RefineryError.self) { try fixture.store.select(rule) }
        rule.ranges = []
        rule.score = try ScoreExpression("expected_difference:1,relative:1")
        let sum = #expect(throws: RefineryError.self) { try fixture.store.select(rule) }
        #expect(sum?.message.contains("relative needs its sums") == true)
        // Those that the teacher read can be chosen from by themselves.
        var partial = SelectionRule(size: .ratio(try DecimalFraction("1")))
        partial.partial = true
        #expect(try fixture.store.select(partial).keptChunks == 360)
    }

    @Test func `a selection by an unread sample is refused until it is read`() throws {
        let fixture = try ShareFixture()
        #expect(throws: RefineryError.self) { try fixture.store.select(fixture.rule()) }
        try fixture.score()
        let undrawn = #expect(throws: RefineryError.self) {
            try fixture.store.select(fixture.rule())
        }
        #expect(undrawn?.message.contains("not drawn yet") == true)
        _ = try fixture.steps(fixture.rule()).advance(isFinal: true)
        try fixture.score(limit: 50)
        let unread = #expect(throws: RefineryError.self) {
            try fixture.store.select(fixture.rule())
        }
        #expect(unread?.message.contains("of its share") == true)
    }

    @Test func `a prediction that says little is refused unless anybody asks for it anyway`()
        throws
    {
        let fixture = try ShareFixture(documents: 1500, noise: 6, share: "0.15")
        try fixture.readShare(nil)
        let error = #expect(throws: RefineryError.self) {
            try fixture.store.select(fixture.rule())
        }
        #expect(error?.message.contains("rank correlation") == true)
        #expect(error?.hint?.contains("--anyway") == true)
        var rule = fixture.rule()
        rule.trustsPrediction = true
        let summary = try fixture.store.select(rule)
        #expect(summary.keptChunks == 200)
        #expect(summary.prediction?.warnings.first?.contains("rank correlation") == true)
        #expect(try summary.rule.canonicalJSON().contains("\"anyway\":true"))
    }

    @Test func `a rule that takes what is expected for true is warned of`() throws {
        let fixture = try ShareFixture()
        let rule = fixture.rule(.minScore(0.8))
        try fixture.readShare(rule)
        let summary = try fixture.store.select(rule)
        #expect(summary.prediction?.warnings.contains { $0.contains("--min-score") } == true)
        let cut = try #require(try fixture.store.read { try $0.teacherShare()?.band }).cut
        #expect(cut == 0.8)
    }

    @Test func `a recorded rule says again what it said`() throws {
        let fixture = try ShareFixture()
        try fixture.readShare(fixture.rule())
        let summary = try fixture.store.select(fixture.rule())
        let json = try summary.rule.canonicalJSON()
        let rule = try JSONDecoder().decode(SelectionRule.self, from: Data(json.utf8))
        #expect(rule == summary.rule)
        let again = try fixture.store.select(rule)
        #expect(try kept(fixture, again) == kept(fixture, summary))
        #expect(try fixture.store.selection(id: summary.id) == summary)
        let report = try fixture.store.report(selection: summary.name)
        #expect(report.scatter.count == 360)
        let page = String(decoding: ReportPage.render(report, tokens: [:]), as: UTF8.self)
        #expect(page.contains("What the teacher did not read"))
        #expect(page.contains("gain captured"))
        let chunk = try #require(
            try fixture.test.export(summary.id, .score).first { $0.teacherNLL.isNaN })
        let explained = try fixture.store.explain(chunk: chunk.chunkID, selection: summary.name)
        #expect(explained.selection?.isKept == true)
        #expect(explained.columns["expected_difference"] == chunk.score)
    }

    @Test func `documents are expected as the sum of their chunks`() throws {
        let fixture = try ShareFixture()
        try fixture.test.add([
            .test(
                "long",
                "A text of forty bytes and of number 7.|A text of forty bytes and of number 8.",
                domain: "prose")
        ])
        try fixture.test.chunkAll()
        try fixture.readShare(nil)
        var rule = fixture.rule()
        rule.unit = .document
        let summary = try fixture.store.select(rule)
        #expect(summary.keptChunks == 200)
        #expect(summary.prediction?.quality != nil)
        let rows = try fixture.test.export(summary.id, .score)
        #expect(rows.count == 200)
        #expect(rows.contains { $0.teacherNLL.isNaN })
        let compared = try fixture.store.compare(summary.name, summary.name)
        #expect(compared.firstTokens == summary.keptTokens)
    }

    @Test func `tokens of what was not read are counted`() throws {
        let fixture = try ShareFixture()
        try fixture.readShare(fixture.rule())
        let summary = try fixture.store.select(fixture.rule(.tokenRatio(DecimalFraction("0.5"))))
        let compared = try fixture.store.compare(summary.name, summary.name)
        #expect(compared.firstTokens == summary.keptTokens)
        var like = SelectionRule(size: .like(summary.name))
        like.score = .column(.expectedDifference)
        like.match = [.domain]
        like.baseline = Baseline(seed: 1, from: .candidates)
        let control = try fixture.store.select(like)
        #expect(abs(control.keptTokens - summary.keptTokens) < 200)
        #expect(control.prediction?.quality == nil)
    }
}
