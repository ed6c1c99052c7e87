import Foundation
import Testing

/// A teacher that reads a share of the chunks, from corpus to export, on two small random models.
///
/// Such models say little of each other, so that selections ask for what is expected anyway.
@Suite(.serialized) struct TeacherShareTests {
    private struct Summary: Decodable {
        struct Prediction: Decodable {
            struct Quality: Decodable {
                struct Measures: Decodable {
                    struct Estimate: Decodable { var value, lower, upper: Double }
                    var rank_correlation, overlap, gain: Estimate
                }
                var whole: Measures
                var domains: [String: Measures]
            }
            var read, chunks, sample: Int
            var share, sees: String
            var quality: Quality?
        }
        struct Rule: Decodable {
            struct Regression: Decodable { var coefficients: [Double] }
            var score: String
            var prediction: Regression?
        }
        var prediction: Prediction?
        var rule: Rule
    }

    private let models = [
        "--teacher", Programs.fixture("pair.gguf"), "--reference", Programs.fixture("pair"),
        "--max-tokens", "64", "--ratio", "0.5", "--json", "--anyway",
    ]

    private func corpus(_ folder: Folder) throws -> String {
        try folder.write("corpus.jsonl", SampleCorpus.lines(documents: 240, sentences: 6))
    }

    private func refine(_ folder: Folder, _ arguments: [String]) throws -> Summary {
        let ended = try Programs.run(
            "refinectl", ["refine", folder("corpus.jsonl")] + models + arguments)
        try #require(ended.status == 0, "\(ended.errors)")
        return try JSONDecoder().decode(Summary.self, from: Data(ended.output.utf8))
    }

    private func bytes(_ path: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: path))
    }

    @Test("a share is read, says how good it is, and grows into the ordinary selection")
    func grows() throws {
        let folder = try Folder()
        _ = try corpus(folder)
        let full = try refine(folder, ["--output", folder("full.jsonl")])
        #expect(full.prediction == nil && full.rule.score == "difference")

        let store = ["--store", folder("store.db")]
        let part = try refine(
            folder, store + ["--teacher-share", "0.5", "--output", folder("part.jsonl")])
        let prediction = try #require(part.prediction)
        #expect(part.rule.score == "expected_difference")
        #expect(prediction.share == "0.5" && prediction.sees == "nll_and_states")
        #expect(prediction.chunks > 400 && prediction.sample > 100)
        // Its share and no more, but for chunks at one distance from the cut.
        #expect(abs(prediction.read - prediction.chunks / 2) <= 2)
        // Nine statistics, and mean and deviation of each number of the hidden state.
        #expect(part.rule.prediction.map { $0.coefficients.count > 9 } == true)
        let whole = try #require(prediction.quality).whole
        for measure in [whole.rank_correlation, whole.overlap, whole.gain] {
            #expect(measure.lower <= measure.value && measure.value <= measure.upper)
        }
        #expect(whole.overlap.value > 0.5)
        let rows = String(decoding: try bytes(folder("part.jsonl")), as: UTF8.self)
        #expect(rows.contains("\"teacher_nll\":null"))
        #expect(rows.split(separator: "\n").contains { !$0.contains("\"teacher_nll\":null") })

        // What is expected and kept, recomputed from the summaries in the store.
        for (name, rule) in [
            ("documents", ["--unit", "document", "--score", "expected_difference"]),
            ("sum", ["--score", "expected_difference:1,reference_loss:-1"]),
        ] {
            let made = try Programs.run(
                "refinectl",
                ["export", "--name", name, "--ratio", "0.3", "--output", folder(name + ".jsonl")]
                    + rule + store)
            #expect(made.status == 0, "\(name): \(made.errors)")
        }
        try Programs.check("check_selection.py", [folder("store.db")])

        // Another rule reads no more.
        let other = try refine(
            folder, store + ["--teacher-share", "0.5", "--dry-run", "--min-tokens", "40"])
        #expect(other.prediction?.read == prediction.read)

        let all = try refine(
            folder, store + ["--teacher-share", "1", "--output", folder("all.jsonl")])
        #expect(all.prediction == nil)
        #expect(try bytes(folder("all.jsonl")) == bytes(folder("full.jsonl")))
    }

    @Test("kills at any moment and any number of threads leave the same bytes")
    func kills() throws {
        let folder = try Folder()
        let corpus = try corpus(folder)
        let share = ["--teacher-share", "0.5"]
        _ = try refine(folder, share + ["--threads", "2", "--output", folder("quiet.jsonl")])
        var killed = 0
        for moment in 1...12 {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: try Programs.path("refinectl"))
            process.arguments =
                ["refine", corpus] + models + share + [
                    "--threads", "\(moment % 3 + 1)", "--store", folder("store.db"), "--output",
                    folder("killed.jsonl"),
                ]
            process.environment = ["PATH": "/usr/bin:/bin"]
            process.standardError = FileHandle.nullDevice
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            usleep(UInt32(moment) * 60_000)
            if process.isRunning { killed += 1 }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            try? FileManager.default.removeItem(atPath: folder("killed.jsonl"))
        }
        #expect(killed > 2, "nothing was tested")
        _ = try refine(
            folder,
            share + [
                "--threads", "1", "--store", folder("store.db"), "--output", folder("last.jsonl"),
            ])
        #expect(try bytes(folder("last.jsonl")) == bytes(folder("quiet.jsonl")))
    }

    @Test("a share of too few chunks is refused before the teacher reads anything")
    func tooFew() throws {
        let folder = try Folder()
        _ = try corpus(folder)
        let ended = try Programs.run(
            "refinectl",
            ["refine", folder("corpus.jsonl")] + models + [
                "--teacher-share", "0.1", "--output", folder("out.jsonl"),
            ])
        #expect(ended.status != 0)
        #expect(ended.errors.contains("a prediction is learnt from at least 200 chunks"))
        let contradiction = try Programs.run(
            "refinectl",
            ["refine", folder("corpus.jsonl")] + models + [
                "--teacher-share", "0.5", "--score", "difference", "--output",
                folder("out.jsonl"),
            ])
        #expect(contradiction.status == 64)
        #expect(contradiction.errors.contains("difference needs the teacher's sums"))
    }

    @Test("a daemon with a share waits for it, and says what is unread")
    func daemon() throws {
        let folder = try Folder()
        let corpus = try corpus(folder)
        let daemon = try Daemon(
            folder, teacher: Programs.fixture("pair.gguf"), reference: Programs.fixture("pair"),
            settings: "max_tokens = 64\n[scoring]\nteacher_share = 0.5\n")
        let waited = try daemon.control("enqueue", corpus, "--wait")
        #expect(waited.status == 0, "\(waited.errors)")
        let status = try daemon.control("status", "--json").output
        #expect(status.contains("\"pending\":0") && status.contains("\"unread\":"))
        #expect(try daemon.control("status").output.contains("unread by the teacher"))
        let refused = try daemon.control(
            "export", "--ratio", "0.5", "--output", folder("out.jsonl"))
        #expect(refused.status != 0)
        #expect(refused.errors.contains("--score expected_difference"))
        let exported = try daemon.control(
            "export", "--ratio", "0.5", "--score", "expected_difference", "--anyway", "--output",
            folder("out.jsonl"))
        #expect(exported.status == 0, "\(exported.errors)")
        #expect(exported.errors.contains("the teacher read "))
        #expect(daemon.end(SIGTERM) == 0)
    }
}
