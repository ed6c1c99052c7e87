import Crypto
import Foundation
import ReferenceTraining
import Synchronization
import TeacherInference
import Testing

@testable import Refinery

/// Proofs on a store with made-up scores; a small fixture gives the tokenizer.
struct ProofStageTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private let teacher: LanguageModel
    private let slice: CorpusSlice

    init() throws {
        teacher = try LanguageModel(
            path: Self.root.appending(path: "Tests/Fixtures/models/bf16").path)
        slice = try CorpusSlice(
            seed: 0, heldOut: DecimalFraction("0.2"), share: DecimalFraction("0.1"))
    }

    private static func text(_ number: Int) -> String {
        let words = (0..<40).map { "word\((number * 7 + $0 * $0) % 50)" }
        return "Text \(number) says \(words.joined(separator: " "))."
    }

    /// Sixty scored documents of two domains, and a selection of half of their tokens.
    private func filled() throws -> TestStore {
        let test = try TestStore()
        let digest = ModelFingerprint.tokenizer(teacher.tokenizer)
        var reference = Model.test("b", digest: digest)
        reference.slice = slice
        _ = try test.store.register(.test("a", digest: digest), as: .teacher)
        _ = try test.store.register(reference, as: .reference)
        try test.add(
            (0..<60).map { number in
                ImportedDocument(
                    id: Array("\(number)".utf8), text: Array(Self.text(number).utf8),
                    domain: Array((number % 2 == 0 ? "even" : "odd").utf8), line: number + 1)
            })
        try test.chunkAll()
        try test.score()
        _ = try test.store.select(
            SelectionRule(size: .tokenRatio(try DecimalFraction("0.5"))), name: "half")
        return test
    }

    private func stage(
        _ test: TestStore, threads: Int = 2,
        isCancelled: @escaping @Sendable () -> Bool = { false },
        change: (inout ProofRequest) -> Void = { _ in }
    ) -> ProofStage {
        var request = ProofRequest(selection: "half")
        (request.seeds, request.anyway, request.isBrief) = (2, true, true)
        (request.layers, request.width, request.epochs) = (1, 32, 6)
        request.judgeDomains = ["even", "odd"]
        change(&request)
        return ProofStage(
            test.store, teacher: teacher, request: request, output: test.path + ".proof",
            threads: threads, isCancelled: isCancelled)
    }

    @Test func `students of every arm are trained, compared, and a verdict is given`() throws {
        let test = try filled()
        var arms: [ProofArm] = []
        let record = try stage(test, change: { $0.isBrief = false }).run(corpus: nil) { record, _ in
            #expect(record.arms.map(\.arm) == [.random, .matched])
            #expect(record.detectable ?? 0 > 0 && record.verdict == .none)
            return true
        } _: { event in
            if case .trained(let student, _) = event { arms.append(student.arm) }
        }
        #expect(
            arms.count == 14 && Array(arms.prefix(4)) == [.random, .matched, .random, .matched])
        #expect(record.arms.count == 7 && record.others.count == 4)
        #expect(record.verdict != .none && record.primary?.arm == .rule)
        #expect(record.arms.allSatisfy { $0.bitsPerByte > 0 && $0.curve.count == 4 })
        #expect(Set(record.domains.map(\.name)) == ["even", "odd"])
        let page = try String(contentsOfFile: test.path + ".proof/proof.html", encoding: .utf8)
        #expect(page.contains("Does half help?") && !page.contains("<script"))
        #expect(try ProofRecord.read(folder: test.path + ".proof") == record)
    }

    @Test func `students of a selection beside the first are compared with both`() throws {
        let test = try filled()
        var rule = SelectionRule(size: .tokenRatio(try DecimalFraction("0.5")))
        _ = try test.store.select(rule, name: "same")
        rule.ascending = true
        _ = try test.store.select(rule, name: "worse")
        func record(beside name: String) throws -> ProofRecord {
            try stage(test, change: { $0.beside = name }).run(corpus: nil) { _, _ in
                true
            } _: { _ in
            }
        }
        let first = try record(beside: "same")
        #expect(first.arms.map(\.arm) == [.random, .matched, .rule, .shuffled, .beside])
        #expect(first.others.map(\.baseline) == [.matched, .matched, .rule])
        // The same chunks, first weights and order: the same students.
        #expect(first.others.last?.gain == 0)
        #expect(
            #expect(throws: RefineryError.self) { _ = try record(beside: "worse") }?.message
                .contains("--beside same, not worse") == true)
        try FileManager.default.removeItem(atPath: test.path + ".proof")
        #expect(try record(beside: "worse").others.last?.gain != 0)
    }

    @Test func `a proof that was stopped goes on, on other threads, to the same numbers`() throws {
        let test = try filled()
        let whole = try stage(test).run(corpus: nil) { _, _ in
            true
        } _: { _ in
        }
        try FileManager.default.removeItem(atPath: test.path + ".proof")
        let stopped = Mutex(false)
        for place in [1, 3, 6] {
            var steps = 0
            stopped.withLock { $0 = false }
            #expect(throws: CancellationError.self) {
                _ = try stage(test, threads: 1, isCancelled: { stopped.withLock { $0 } }).run(
                    corpus: nil
                ) { _, _ in
                    true
                } _: { event in
                    if case .training = event {
                        steps += 1
                        if steps == place { stopped.withLock { $0 = true } }
                    }
                }
            }
        }
        let again = try stage(test, threads: 2).run(corpus: nil) { _, _ in
            true
        } _: { _ in
        }
        #expect(again == whole)
    }

    @Test func `who is asked may end it behind the random arms, and it goes on from there`() throws
    {
        let test = try filled()
        let first = try stage(test).run(corpus: nil) { _, _ in
            false
        } _: { _ in
        }
        #expect(first.arms.count == 2 && first.primary == nil)
        var trained = 0
        let rest = try stage(test).run(corpus: nil) { _, _ in
            true
        } _: { event in
            if case .trained = event { trained += 1 }
        }
        #expect(trained == 4 && rest.arms.count == 4)
    }

    @Test func `a proof that is done is not trained, asked about or overwritten again`() throws {
        let test = try filled()
        let whole = try stage(test).run(corpus: nil) { _, _ in
            true
        } _: { _ in
        }
        let again = try stage(test).run(corpus: nil) { _, _ in
            Issue.record("asked")
            return false
        } _: { event in
            if case .trained = event { Issue.record("trained") }
        }
        #expect(again == whole)
        #expect(try ProofRecord.read(folder: test.path + ".proof") == whole)
        // More arms go on from there.
        let more = try stage(test, change: { $0.isBrief = false }).run(corpus: nil) { _, _ in
            true
        } _: { _ in
        }
        #expect(more.arms.count == 7 && more.primary == whole.primary)
    }

    @Test func `a store that holds something else since is refused`() throws {
        let test = try filled()
        _ = try stage(test).run(corpus: nil) { _, _ in
            false
        } _: { _ in
        }
        try test.add([.test("new", "A new document.", line: 99)], file: "b.jsonl")
        let error = #expect(throws: RefineryError.self) {
            _ = try stage(test).run(corpus: nil) { _, _ in
                true
            } _: { _ in
            }
        }
        #expect(error?.message.contains("what the store held then") == true)
    }

    @Test func `held-out documents judge and are in no arm`() throws {
        let test = try filled()
        let record = try stage(test).run(corpus: nil) { _, _ in
            false
        } _: { _ in
        }
        let parts = (0..<60).map {
            slice.part(ofText: SHA256.hash(data: Array(Self.text($0).utf8)))
        }
        let held = parts.count { $0 == .heldOut }
        #expect(held > 1 && record.plan.target.documents.count == held)
        let selection = try #require(try test.store.selection(named: "half"))
        let writer = ProofArmWriter(
            test.store, selection, beside: selection, teacher: teacher, longest: 1000)
        let candidates = parts.count { $0 == .candidate }
        for arm in ProofArm.allCases {
            let path = test.path + ".\(arm.rawValue)"
            let counts = try writer.write(arm, seed: 1, to: path, isCancelled: { false })
            #expect(counts.chunks > 0 && counts.chunks < candidates, "\(arm)")
        }
        // Everything scored, but for the slice, is in the random draw's pool.
        let all = try #require(ProofArm.random.rule(like: selection, seed: 0))
        var rule = all
        rule.size = .topK(1000)
        #expect(try test.store.preview(rule).keptChunks == candidates)
    }

    @Test func `what cannot be judged is refused with what to do`() throws {
        let test = try filled()
        func refusal(_ change: (inout ProofRequest) -> Void) -> String? {
            let error = #expect(throws: RefineryError.self) {
                _ = try stage(test, change: change).run(corpus: nil) { _, _ in
                    true
                } _: { _ in
                }
            }
            return error?.description
        }
        #expect(refusal { $0.anyway = false }?.contains("fewer than 50 say nothing") == true)
        // Nothing is begun, so nothing is left.
        #expect(!FileManager.default.fileExists(atPath: test.path + ".proof"))
        // A folder that was there keeps what is in it.
        let own = test.path + ".proof/own.txt"
        try FileManager.default.createDirectory(
            atPath: test.path + ".proof", withIntermediateDirectories: false)
        try "mine".write(toFile: own, atomically: true, encoding: .utf8)
        #expect(refusal { $0.anyway = false } != nil)
        #expect(try String(contentsOfFile: own, encoding: .utf8) == "mine")
        try FileManager.default.removeItem(atPath: test.path + ".proof")
        let misspelt = refusal { $0.judgeDomains = ["even", "ood"] }
        #expect(misspelt?.contains("no held-out document has the domain \"ood\"") == true)
        #expect(misspelt?.contains("did you mean \"odd\"?") == true)
        #expect(refusal { $0.judgeDomains = ["manuals"] }?.contains("domains even, odd") == true)
        #expect(refusal { $0.selection = "no" }?.contains("no selection") == true)
        #expect(refusal { $0.beside = "half" }?.contains("cannot stand beside itself") == true)
        var rule = SelectionRule(size: .topK(3))
        rule.baseline = Baseline(seed: 1, from: .all)
        _ = try test.store.select(rule, name: "chance")
        #expect(refusal { $0.selection = "chance" }?.contains("random draw") == true)
        _ = try test.store.select(SelectionRule(size: .topK(1000)), name: "all")
        #expect(refusal { $0.selection = "all" }?.contains("keeps 100 % of its candidates") == true)
        rule = SelectionRule(size: .topK(3))
        rule.keepSlice = true
        _ = try test.store.select(rule, name: "open")
        #expect(refusal { $0.selection = "open" }?.contains("--target") == true)
        _ = try stage(test).run(corpus: nil) { _, _ in
            false
        } _: { _ in
        }
        #expect(refusal { $0.seeds = 3 }?.contains("begun with --seeds 2, not 3") == true)
    }

    @Test func `files whose texts are all in the store say why they do not judge`() throws {
        let test = try filled()
        let file = test.path + ".jsonl"
        try (0..<30).map { #"{"text": "\#(Self.text($0))"}"# }.joined(separator: "\n")
            .write(toFile: file, atomically: true, encoding: .utf8)
        let source = try #require(CorpusSource(path: file, displayName: "target.jsonl"))
        let documents = CorpusDocuments(whole: source, fields: FieldNames())
        let stage = stage(
            test, change: { ($0.hasTarget, $0.judgeDomains) = (true, []) })
        let error = #expect(throws: RefineryError.self) {
            _ = try stage.run(corpus: documents) { _, _ in
                true
            } _: { _ in
            }
        }
        #expect(error?.message.contains("; 30 more are in the store, too") == true)
        #expect(error?.hint?.contains("that the store does not hold") == true)
    }
}
