import Foundation
import ReferenceTraining
import Synchronization
import TeacherInference
import Testing

@testable import Refinery

/// A reference trained on a slice: the committed reference model is the teacher, whose tokenizer it
/// gets.
@Suite("Training a reference")
struct TrainingStageTests {
    private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(
            path: "training-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func path(_ name: String) -> String { folder.appending(path: name).path }

    /// Sixty documents of a few sentences, each with words of its own.
    private func corpus(_ count: Int = 60) throws -> CorpusSource {
        let lines = (0..<count).map { number in
            let words = (0..<80).map { "word\((number * 7 + $0 * $0) % 50)" }
            return
                #"{"id": "\#(number)", "text": "Text \#(number) says \#(words.joined(separator: " "))."}"#
        }
        let file = path("corpus.jsonl")
        try (lines.joined(separator: "\n") + "\nno json\n").write(
            toFile: file, atomically: true, encoding: .utf8)
        return try #require(CorpusSource(path: file, displayName: "corpus.jsonl"))
    }

    private func stage(
        _ source: CorpusSource, output: String, threads: Int = 2,
        isCancelled: @escaping @Sendable () -> Bool = { false },
        change: (inout ReferenceRequest) -> Void = { _ in }
    ) throws -> TrainingStage {
        var request = ReferenceRequest()
        (request.heldOut, request.share, request.anyway) = ("0.2", "0.6", true)
        request.maxTokens = 64
        change(&request)
        let documents = CorpusDocuments(whole: source, fields: FieldNames())
        return TrainingStage(
            teacher: try LanguageModel(path: root.appending(path: "models/reference").path),
            pre: nil, documents: documents, request: request, output: output, threads: threads,
            isCancelled: isCancelled)
    }

    private func files(_ folder: String) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            files[name] = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
        }
        return files
    }

    @Test("makes a folder that scores, with the teacher's tokens and a record of the slice")
    func makes() throws {
        let output = path("reference")
        var rejected: [String] = []
        let record = try stage(try corpus(), output: output).run { event in
            if case .rejected(let line) = event { rejected.append(line) }
        }
        #expect(rejected.count == 1 && rejected[0].hasPrefix("corpus.jsonl:61  invalid_json"))
        let model = try LanguageModel(path: output)
        let teacher = try LanguageModel(path: root.appending(path: "models/reference").path)
        #expect(
            ModelFingerprint.tokenizer(model.tokenizer)
                == ModelFingerprint.tokenizer(teacher.tokenizer))
        #expect(model.contextRule == teacher.contextRule)
        #expect(try TrainingRecordFile.slice(folder: output) == record.slice)
        #expect(try ReferenceRecord.read(folder: output) == record)
        #expect(record.plan.corpus.documents == 60 && record.plan.corpus.rejected == 1)
        #expect(record.plan.training.documents + record.plan.heldOut.documents < 60)
        #expect(record.heldOut.last?.loss ?? .nan < record.heldOut.first?.loss ?? .nan)
        #expect(!FileManager.default.fileExists(atPath: output + ".training"))

        let refused = #expect(throws: RefineryError.self) {
            try stage(try corpus(), output: output).run { _ in }
        }
        #expect(refused?.message.contains("exists already") == true)
    }

    @Test("that was stopped goes on and ends with the same bytes, at another number of threads")
    func goesOn() throws {
        let source = try corpus()
        let (whole, halves) = (path("whole"), path("halves"))
        _ = try stage(source, output: whole).run { _ in }
        let steps = Mutex(0)
        #expect(throws: CancellationError.self) {
            try stage(source, output: halves, isCancelled: { steps.withLock { $0 >= 2 } }).run {
                if case .training(.step) = $0 { steps.withLock { $0 += 1 } }
            }
        }
        #expect(!FileManager.default.fileExists(atPath: halves))

        let other = #expect(throws: RefineryError.self) {
            try stage(source, output: halves, change: { $0.share = "0.5" }).run { _ in }
        }
        #expect(other?.message.contains("--share 0.6, not 0.5") == true)

        let text = try String(contentsOfFile: source.path, encoding: .utf8)
        try (text + "\n").write(toFile: source.path, atomically: true, encoding: .utf8)
        let changed = #expect(throws: RefineryError.self) {
            try stage(source, output: halves).run { _ in }
        }
        #expect(changed?.message.contains("on other files: corpus.jsonl with") == true)
        try text.write(toFile: source.path, atomically: true, encoding: .utf8)

        var held: TrainingFolder? = try TrainingFolder(output: halves)
        #expect(held != nil)
        let busy = #expect(throws: RefineryError.self) {
            try stage(source, output: halves).run { _ in }
        }
        #expect(busy?.message.contains("another process holds the training in") == true)
        held = nil

        var resumed = 0
        _ = try stage(source, output: halves, threads: 1).run {
            if case .resumed(_, let step) = $0 { resumed = step }
        }
        #expect(resumed > 0)
        #expect(try files(halves) == files(whole))
    }

    @Test("on too little text, or on none, is refused with what to do")
    func tooLittle() throws {
        let refused = #expect(throws: RefineryError.self) {
            try stage(try corpus(), output: path("r"), change: { $0.anyway = false }).run { _ in }
        }
        #expect(refused?.message.contains("fewer than 2000000") == true)
        #expect(refused?.hint?.contains("--anyway") == true)
        #expect(!FileManager.default.fileExists(atPath: path("r.training")))
        let empty = #expect(throws: RefineryError.self) {
            try stage(try corpus(0), output: path("e")).run { _ in }
        }
        #expect(empty?.message == "the files hold no document")
    }

    @Test("without a document that trains is refused, and leaves nothing behind")
    func emptySlice() throws {
        for share in ["0", "0.0000001"] {
            let refused = #expect(throws: RefineryError.self) {
                try stage(try corpus(), output: path("n"), change: { $0.share = share }).run { _ in
                }
            }
            #expect(refused?.message == "no document of 60 trains")
            #expect(refused?.hint == "give more documents, or a larger --share")
            #expect(!FileManager.default.fileExists(atPath: path("n.training")))
        }
    }

    @Test("on chunks that do not fit the teacher is refused before the corpus is read")
    func tooLong() throws {
        let refused = #expect(throws: RefineryError.self) {
            try stage(try corpus(), output: path("l"), change: { $0.maxTokens = 4096 }).run { _ in
                Issue.record("it was read")
            }
        }
        #expect(refused?.message.contains("chunks of 4096 tokens do not fit the context") == true)
    }

    @Test("that was killed before its first checkpoint says that it goes on, and by which plan")
    func goesOnFromTheFirstStep() throws {
        let source = try corpus()
        let isPlanned = Mutex(false)
        var plan: ReferencePlan?
        #expect(throws: CancellationError.self) {
            try stage(
                source, output: path("k"), isCancelled: { isPlanned.withLock { $0 } }
            ).run {
                guard case .planned(let made, _, _) = $0 else { return }
                plan = made
                isPlanned.withLock { $0 = true }
            }
        }
        var told: [(ReferencePlan, step: Int)] = []
        _ = try stage(source, output: path("k")).run {
            if case .resumed(let plan, let step) = $0 { told.append((plan, step)) }
        }
        #expect(told.count == 1 && told[0].step == 0 && told[0].0 == plan)
    }

    /// Documents of such different lengths that a share of them says little of their tokens.
    private func unevenCorpus() throws -> CorpusSource {
        let lines = (0..<200).map { number in
            let words = (0..<(number % 20 == 0 ? 3000 : 10)).map {
                "word\((number * 7 + $0 * $0) % 50)"
            }
            return #"{"text": "Text \#(number) says \#(words.joined(separator: " "))."}"#
        }
        let file = path("uneven.jsonl")
        try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
        return try #require(CorpusSource(path: file, displayName: "uneven.jsonl"))
    }

    @Test("has the tokens that were asked for, however long single documents are", arguments: 0..<8)
    func enoughTokens(seed: UInt64) throws {
        let isPlanned = Mutex(false)
        var plan: ReferencePlan?
        #expect(throws: CancellationError.self) {
            try stage(
                try unevenCorpus(), output: path("u\(seed)"),
                isCancelled: { isPlanned.withLock { $0 } },
                change: { ($0.seed, $0.share, $0.heldOut, $0.tokens) = (seed, nil, nil, 12_000) }
            ).run {
                guard case .planned(let made, _, _) = $0 else { return }
                plan = made
                isPlanned.withLock { $0 = true }
            }
        }
        let made = try #require(plan)
        // A document of 3,000 words may be the one that fills it.
        #expect((10_800...25_000).contains(made.training.tokens))
        #expect(!made.warnings.contains { $0.contains("were asked for") })
    }

    @Test("a 3-gram's probabilities sum to one, and beat the uniform ones on what it saw")
    func trigram() throws {
        let file = path("tokens")
        var writer = try TokenSequencesWriter(path: file, vocabulary: 7)
        try writer.append([0, 1, 2, 3, 1, 2, 3, 1, 2, 4])
        try writer.append([0, 1, 2, 3])
        try writer.finish()
        let model = TrigramModel(try TokenSequences(path: file))
        for history: [UInt32] in [[0], [2], [6], [0, 1], [1, 2], [5, 6], [2, 3]] {
            let sum = (UInt32(0)..<7).reduce(0.0) { sum, word in
                (history + [word]).withUnsafeBufferPointer {
                    sum + model.probability($0, history.count)
                }
            }
            #expect(abs(sum - 1) < 1e-12, "\(history)")
        }
        #expect(model.loss(of: try TokenSequences(path: file)) < log(7))
    }
}
