import Foundation
import Refinery
import Testing

@testable import refinectl

@Suite("Progress in words")
struct ProgressTests {
    private let snapshot = ProgressSnapshot(
        stage: "scoring", done: 1234, total: 5678, unit: "chunks", rate: 4321.4,
        secondsLeft: 11_520)

    @Test("a wide terminal gets bar, amount, speed and time left")
    func wide() {
        let line = ProgressLine.terminal(snapshot, width: 120, color: false)
        #expect(
            line == "scoring  [######------------------------]  1,234 / 5,678 chunks  21 %"
                + "  4,321 tokens/s  ETA 3 h 12 min")
    }

    @Test("no line is wider than the terminal", arguments: [10, 20, 30, 40, 60, 80, 100])
    func narrow(_ width: Int) {
        let line = ProgressLine.terminal(snapshot, width: width, color: false)
        #expect(line.unicodeScalars.count < max(width, 11))
        #expect(line.hasPrefix("scoring"))
    }

    @Test("colour changes no letter")
    func color() {
        let plain = ProgressLine.terminal(snapshot, width: 100, color: false)
        var colored = ProgressLine.terminal(snapshot, width: 100, color: true)
        for code in ["[1m", "[32m", "[0m"] {
            colored = colored.replacingOccurrences(of: "\u{1B}" + code, with: "")
        }
        #expect(colored == plain)
    }

    @Test("a log gets whole sentences")
    func plain() {
        #expect(
            ProgressLine.plain(snapshot) == "scoring: 1,234 / 5,678 chunks (21 %), "
                + "4,321 tokens/s, about 3 h 12 min left")
        #expect(ProgressLine.plain(ProgressSnapshot(stage: "selecting")) == "selecting")
    }

    @Test("100 % means done")
    func percent() {
        let almost = ProgressSnapshot(stage: "scoring", done: 99_999, total: 100_000)
        #expect(ProgressLine.plain(almost).contains("(99 %)"))
        #expect(!ProgressLine.terminal(almost, width: 80, color: false).contains("100 %"))
    }

    @Test("lines come at once, then ever more slowly, and with every stage")
    func schedule() {
        var schedule = ProgressSchedule()
        var due: [Int] = []
        for second in 0..<400 where schedule.isDue(stage: "scoring", at: Double(second)) {
            due.append(second)
        }
        #expect(due.starts(with: [0, 10, 25, 48, 82]))
        #expect(zip(due, due.dropFirst()).allSatisfy { $1 - $0 <= 60 })
        let (first, second) = (
            schedule.isDue(stage: "writing", at: 400), schedule.isDue(stage: "writing", at: 401)
        )
        #expect(first && !second)
    }

    @Test("the estimate names tokens, hours and the measured speed")
    func estimate() {
        #expect(
            ProgressLine.estimate(tokens: 1_170_000, tokensPerSecond: 135)
                == "1,170,000 tokens to score; about 2.4 hours at 135 tokens/s (measured)")
        #expect(
            ProgressLine.estimate(tokens: 6000, tokensPerSecond: 100)
                == "6,000 tokens to score; about 1 min 0 s at 100 tokens/s (measured)")
    }

    @Test("the price of a core hour is said with the hours")
    func price() {
        let cores = CoreHours(cores: 8, price: 0.05)
        #expect(
            ProgressLine.estimate(tokens: 1_170_000, tokensPerSecond: 135, cores: cores)
                .hasSuffix("tokens/s (measured); 19.3 core hours, which cost 0.96"))
        #expect(cores.words(seconds: 45) == "0.100 core hours, which cost 0.0050")
        var report = ProgressReport()
        #expect(ScoringDisplay.cores(report, 0.05) == nil)
        report.threads = 4
        #expect(ScoringDisplay.cores(report, nil) == nil)
        #expect(ScoringDisplay.cores(report, 0.05)?.cores == 4)
        (report.state, report.etaSeconds) = (.scoring, 7200)
        #expect(
            Enqueue.timeLeft(report, 0.05)
                == "about 2.0 hours until everything is scored: 8.0 core hours, which cost 0.40"
                + "; `refinectl status --watch` shows it\n")
        report.finished = true
        #expect(Enqueue.timeLeft(report, 0.05).isEmpty)
    }

    @Test("work that says no speed gets one, counted since its stage began")
    func pace() {
        var pace = ProgressPace()
        func snapshot(_ done: Int64, _ stage: String = "writing") -> ProgressSnapshot {
            ProgressSnapshot(stage: stage, done: done, total: 1000, unit: "rows")
        }
        #expect(pace.paced(snapshot(0), at: 5) == snapshot(0))
        #expect(pace.paced(snapshot(50), at: 5.5) == snapshot(50), "too early to say")
        let later = pace.paced(snapshot(200), at: 7)
        #expect(later.rate == 100 && later.secondsLeft == 8)
        #expect(
            ProgressLine.plain(later)
                == "writing: 200 / 1,000 rows (20 %), 100 rows/s, about 8 s left")
        #expect(pace.paced(snapshot(1000), at: 10).secondsLeft == nil)
        #expect(pace.paced(snapshot(10, "recording"), at: 11).rate == nil, "a stage of its own")
        #expect(pace.paced(snapshot(40, "recording"), at: 14).rate == 10)
        var unsteady = snapshot(900, "recording")
        unsteady.isSteady = false
        #expect(pace.paced(unsteady, at: 20) == unsteady)
        #expect(pace.paced(self.snapshot, at: 30) == self.snapshot)
    }

    @Test("loading says which fingerprint is computed")
    func loading() {
        var report = ProgressReport()
        #expect(ScoringDisplay.snapshot(report).stage == "loading the models")
        report.loading = LoadingProgress(role: .teacher, done: 5_000_000, total: 20_000_000)
        #expect(
            ProgressLine.plain(ScoringDisplay.snapshot(report))
                == "fingerprint of the teacher: 5.0 MB / 20.0 MB (25 %)")
    }

    @Test(
        "durations and sizes",
        arguments: [
            (0, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (3599, "59 min 59 s"),
            (3600, "1 h 0 min"), (3 * 86_400, "3 d 0 h"), (.infinity, "unknown"),
        ] as [(Double, String)])
    func duration(_ seconds: Double, _ words: String) {
        #expect(NumberText.duration(seconds: seconds) == words)
    }

    @Test("numbers are grouped by thousands")
    func counts() {
        #expect(NumberText.count(0) == "0")
        #expect(NumberText.count(999) == "999")
        #expect(NumberText.count(1_000_000) == "1,000,000")
        #expect(NumberText.count(-1234) == "-1,234")
        #expect(NumberText.bytes(999) == "999 B")
        #expect(NumberText.bytes(10_300_000) == "10.3 MB")
        #expect(NumberText.bytes(999_960) == "1.0 MB")
    }

    @Test("NO_COLOR and TERM=dumb are respected")
    func terminal() {
        #expect(Terminal(isTerminal: true, environment: [:]).color)
        #expect(!Terminal(isTerminal: true, environment: ["NO_COLOR": "1"]).color)
        #expect(Terminal(isTerminal: true, environment: ["NO_COLOR": "1"]).redraws)
        #expect(!Terminal(isTerminal: true, environment: ["TERM": "dumb"]).redraws)
        #expect(!Terminal(isTerminal: false, environment: [:]).redraws)
    }

    @Test("control characters of names never reach a terminal")
    func printable() {
        #expect(NumberText.printable("a\u{1B}[2Jb\nc") == "a\u{FFFD}[2Jb\u{FFFD}c")
        var table = TextTable([("name", .left), ("count", .right)])
        table.add(["a\nb", "1"])
        #expect(table.render() == "name  count\na\u{FFFD}b       1\n")
    }

    @Test("documents left to cut come before chunks left to score")
    func stages() {
        var report = ProgressReport()
        report.state = .chunking
        report.documents = 10
        report.unchunked = 4
        #expect(ScoringDisplay.snapshot(report).amount == "6 / 10 documents")
        report.unchunked = 0
        report.state = .scoring
        report.teacher.chunksTotal = 20
        report.teacher.chunksDone = 5
        report.reference.chunksTotal = 20
        report.reference.chunksDone = 7
        #expect(ScoringDisplay.snapshot(report).amount == "5 / 20 chunks")
        // A teacher that reads a share.
        report.teacher.chunksTotal = 10
        #expect(ScoringDisplay.snapshot(report).amount == "12 / 30 scores")
    }

    @Test("files whose documents touch are waited for together")
    func scopes() {
        func summary(_ corpus: String, _ first: Int64?, _ last: Int64?) -> ImportSummary {
            var summary = ImportSummary()
            (summary.corpus, summary.firstDocument, summary.lastDocument) = (corpus, first, last)
            return summary
        }
        let scopes = ScoringWait.scopes([
            summary("a", 1, 5), summary("a", 6, 9), summary("a", nil, nil), summary("a", 20, 30),
            summary("b", 31, 31),
        ])
        #expect(scopes.map(\.documents) == [1...9, 20...30, 31...31])
    }
}
