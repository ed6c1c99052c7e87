import Foundation
import GRDB
import Prediction
import Testing

@testable import Refinery

/// Which chunks a teacher reads that reads a share of them.
struct TeacherShareTests {
    private func unread(_ store: Store) throws -> Int64 {
        try store.corpora().reduce(0) { $0 + ($1.unread ?? 0) }
    }

    @Test func `what a share leaves out is unread, and everything is pending again without one`()
        throws
    {
        let fixture = try ShareFixture(documents: 300, share: nil)
        #expect(try fixture.store.status().pending == 600)
        try fixture.store.limitTeacher(to: DecimalFraction("0.8"))
        #expect(try fixture.store.status().pending == 300)
        #expect(try unread(fixture.store) == 300)
        #expect(try fixture.store.checkPending().isClean)
        // What comes later is unread, too.
        try fixture.add(300..<310)
        #expect(try unread(fixture.store) == 310)
        #expect(try fixture.store.checkPending().isClean)
        try fixture.store.limitTeacher(to: DecimalFraction("1"))
        #expect(try fixture.store.status().pending == 620)
        #expect(try unread(fixture.store) == 0)
        #expect(try fixture.store.check().isClean)
        #expect(try fixture.test.count("SELECT count(*) FROM teacher_share") == 0)
    }

    @Test func `a sample of at least 200 chunks is read, then what is nearest the cut`() throws {
        let fixture = try ShareFixture()
        let rule = fixture.rule()
        #expect(try fixture.steps(rule).advance(isFinal: true) > 0)
        let sampled = try fixture.store.corpora()[0].pendingByRole.teacher
        // 200 of 600 in expectation, drawn by hash.
        #expect((160...240).contains(sampled))
        #expect(try fixture.steps(rule).advance(isFinal: true) == 0, "the sample is not read yet")
        try fixture.score()
        let near = try fixture.steps(rule).advance(isFinal: true)
        #expect(Int64(near) + sampled == 360)
        try fixture.score()
        #expect(try fixture.steps(rule).advance(isFinal: true) == 0)
        #expect(try fixture.store.status().pending == 0)
        #expect(try unread(fixture.store) == 240)
        #expect(try fixture.store.check().isClean)
        // Nobody wasted a read far from the cut: what is unread is expected further away.
        let band = try #require(try fixture.store.read { try $0.teacherShare()?.band })
        #expect(band.reach > 0)
    }

    @Test func `without a rule the sample is the whole share`() throws {
        let fixture = try ShareFixture()
        #expect((310...410).contains(try fixture.steps(nil).advance(isFinal: true)))
        try fixture.score()
        #expect(try fixture.steps(nil).advance(isFinal: true) == 0)
        #expect(try fixture.store.read { try $0.teacherShare()?.band } == nil)
    }

    @Test func `a share of fewer than 200 chunks is refused, or waited with`() throws {
        let fixture = try ShareFixture(documents: 300, share: "0.5")
        let error = #expect(throws: RefineryError.self) {
            try fixture.steps(fixture.rule()).advance(isFinal: true)
        }
        #expect(error?.kind == .refused && error?.hint?.contains("at least 0.667, or") == true)
        #expect(try fixture.steps(fixture.rule()).advance(isFinal: false) == 0)
        #expect(try fixture.store.corpora()[0].pendingByRole.teacher == 0)
    }

    @Test func `the same chunks are read wherever the work breaks off`() throws {
        let whole = try ShareFixture()
        try whole.readShare(whole.rule())
        let broken = try ShareFixture()
        var lives = 0
        // Every life scores a little, says what is next, and ends at any point of it.
        while true {
            lives += 1
            try broken.test.reopen()
            try broken.store.limitTeacher(to: DecimalFraction("0.6"))
            let more = try broken.steps(broken.rule()).advance(isFinal: true)
            if lives % 3 == 0 { try broken.test.reopen() }
            let scored = try broken.score(limit: 37)
            if more == 0, scored == 0 { break }
        }
        #expect(lives > 10)
        #expect(try broken.read() == whole.read())
        #expect(try broken.store.check().isClean)
        let (one, other) = (
            try broken.store.select(broken.rule()), try whole.store.select(whole.rule())
        )
        #expect(one.rule == other.rule)
        #expect(one.prediction == other.prediction)
        #expect(
            try broken.test.export(one.id, .score).map(\.chunkID)
                == whole.test.export(other.id, .score).map(\.chunkID))
    }

    @Test func `a larger share goes on from what is there, up to everything`() throws {
        let fixture = try ShareFixture(share: "0.4")
        try fixture.readShare(fixture.rule())
        let smaller = try fixture.read()
        #expect((230...250).contains(smaller.count))
        try fixture.store.limitTeacher(to: DecimalFraction("0.7"))
        try fixture.readShare(fixture.rule())
        let larger = try fixture.read()
        #expect(larger.isSuperset(of: smaller))
        #expect((415...430).contains(larger.count))
        try fixture.store.limitTeacher(to: nil)
        try fixture.score()
        let full = try ShareFixture(share: nil)
        try full.score()
        var rule = fixture.rule()
        rule.score = .column(.difference)
        let (one, other) = (try fixture.store.select(rule), try full.store.select(rule))
        #expect(try one.rule.canonicalJSON() == other.rule.canonicalJSON())
        #expect(
            try fixture.test.export(one.id, .corpus) == full.test.export(other.id, .corpus))
        // With everything read, what is expected is what is true.
        let expected = try fixture.store.select(fixture.rule())
        #expect(expected.prediction == nil && expected.rule.prediction == nil)
        #expect(
            try fixture.test.export(expected.id, .score).map(\.score)
                == full.test.export(other.id, .score).map(\.score))
    }

    @Test func `chunks that are nothing to the reference do not hold a selection up`() throws {
        let fixture = try ShareFixture()
        let reference = try #require(try fixture.store.status().reference?.id)
        let chunks = try fixture.store.nextPending(after: 0, limit: 40)
        try fixture.store.recordScores(
            chunks.enumerated().map {
                ChunkScore(
                    chunk: $1.id, model: reference,
                    outcome: $0 % 2 == 0 ? .tooShort : .failed("no number"))
            })
        try fixture.readShare(fixture.rule())
        #expect(try unread(fixture.store) > 0)
        let summary = try fixture.store.select(fixture.rule())
        #expect(summary.prediction != nil && summary.keptChunks == 200)
    }

    @Test func `a band stays on record once there is nothing left to read`() throws {
        let fixture = try ShareFixture(share: "0.9")
        var rule = fixture.rule(.topK(50))
        rule.excludedDomains = ["prose"]
        try fixture.readShare(rule)
        func band() throws -> String? {
            try fixture.store.pool.read {
                try String.fetchOne($0, sql: "SELECT band FROM teacher_share")
            }
        }
        let recorded = try #require(try band())
        #expect(try fixture.steps(rule).advance(isFinal: true) == 0)
        #expect(try band() == recorded)
        let share = try fixture.store.read { try $0.teacherShare() }
        #expect(share?.band?.contains(share?.band?.cut ?? 0, domain: "code") == true)
    }

    @Test func `scores from before a share are read again, since they left no summary`() throws {
        let fixture = try ShareFixture(share: nil)
        try fixture.score(limit: 100, summarises: false)
        // Of the next hundred the reference alone has read.
        let reference = try #require(try fixture.store.status().reference?.id)
        try fixture.store.recordScores(
            fixture.store.nextPending(after: 0, limit: 100).map {
                ChunkScore(
                    chunk: $0.id, model: reference,
                    outcome: .scored(
                        ScoreSums(
                            tokens: $0.tokens, bytes: $0.text.count, nll: 1, nllSquared: 1,
                            top1: 0, top10: 0)))
            })
        try fixture.store.limitTeacher(to: DecimalFraction("0.6"))
        // The first hundred, which the teacher has read, too: the sample is one of all chunks.
        #expect(try fixture.store.corpora()[0].pendingByRole.reference == 600)
        #expect(try fixture.store.check().isClean)
        try fixture.readShare(fixture.rule())
        let summary = try fixture.store.select(fixture.rule())
        #expect(summary.prediction?.read == 360)
    }

    @Test func `documents that go and duplicates that stay leave the store consistent`() throws {
        let fixture = try ShareFixture(documents: 250, share: "0.9")
        let text = "A text of forty bytes and of number 100003."
        try fixture.test.add([.test("copy", text)], corpus: "other")
        try fixture.test.chunkAll()
        try fixture.readShare(nil)
        #expect(try fixture.store.check().isClean)
        let selection = try fixture.store.select(fixture.rule(.topK(100)))
        try fixture.store.deleteCorpus("default")
        #expect(try fixture.store.check().isClean)
        let left = try #require(try fixture.store.corpora().first { $0.name == "other" })
        #expect(left.duplicates == 0 && left.scored.reference == 1)
        #expect(try fixture.test.export(selection.id, .score).count == 100)
        try fixture.store.deleteSelection(selection.id)
        #expect(try fixture.store.check().isClean)
        #expect(try fixture.test.count("SELECT count(*) FROM chunk_summary") == 1)
    }

    @Test func `another teacher begins with nothing read, and the share is a pair's`() throws {
        let fixture = try ShareFixture()
        try fixture.readShare(fixture.rule())
        _ = try fixture.store.register(.test("c"), as: .teacher)
        #expect(try fixture.store.check().isClean)
        #expect(try unread(fixture.store) == 0)
        try fixture.store.limitTeacher(to: DecimalFraction("0.6"))
        #expect(try unread(fixture.store) == 600)
        #expect(try fixture.store.read { try $0.teacherShare()?.threshold } == nil)
        #expect(try fixture.store.check().isClean)
    }

    @Test func `a repair takes out what should not be unread`() throws {
        let fixture = try ShareFixture(documents: 300, share: "0.8")
        try fixture.readShare(nil)
        try fixture.store.pool.write {
            try $0.execute(
                sql: "INSERT INTO unread SELECT chunk, model FROM score WHERE model = 1 LIMIT 3")
        }
        let found = try fixture.store.check()
        #expect(found.surplusUnread == 3)
        #expect(found.lines.contains("unread has 3 rows too many"))
        try fixture.store.rebuildPending()
        #expect(try fixture.store.check().isClean)
    }
}
