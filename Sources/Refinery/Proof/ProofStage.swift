import Crypto
import Foundation
import ReferenceTraining
import TeacherInference

/// Trains small students on what a selection keeps and on what chance would keep, and compares them.
///
/// It works in a folder, by default `STORE.proof`. A stage that was killed goes on there, and ends
/// with the same numbers: students are trained as references are, bit by bit.
public struct ProofStage: Sendable {
    /// How far it is.
    public enum Event: Sendable {
        /// The judging documents are gathered.
        case gathering
        /// What will be done.
        case planned(ProofPlan)
        /// An arm's chunks are written as tokens.
        case writing(ProofArm, seed: Int)
        /// A student begins, or goes on: its place among all students, from 1.
        case student(ProofArm, seed: Int, place: Int, of: Int)
        /// A step of a student.
        case training(TrainingReport.Step, steps: Int)
        /// A student is trained.
        case trained(ProofStudent, bitsPerByte: Double)
        /// Every student of a group of arms is trained.
        case reached(ProofRecord, secondsLeft: Double)
    }

    /// The most of its candidates' tokens that a selection may keep.
    private static let mostKept = 0.9

    private let store: Store
    private let teacher: LanguageModel
    private let request: ProofRequest
    private let output: String
    private let threads: Int
    private let isCancelled: @Sendable () -> Bool

    /// A stage over a store.
    ///
    /// - Parameters:
    ///   - store: has the selection, scored by a pair with this teacher.
    ///   - teacher: has the tokenizer.
    ///   - request: what is asked for.
    ///   - output: the folder.
    ///   - threads: threads that work.
    ///   - isCancelled: asked at every step.
    public init(
        _ store: Store, teacher: LanguageModel, request: ProofRequest, output: String,
        threads: Int, isCancelled: @escaping @Sendable () -> Bool
    ) {
        self.store = store
        self.teacher = teacher
        self.request = request
        self.output = output
        self.threads = threads
        self.isCancelled = isCancelled
    }

    /// Trains and compares; blocks.
    ///
    /// - Parameters:
    ///   - corpus: the files of the target, or of the corpus whose held-out documents judge; nil:
    ///     the store's own documents.
    ///   - goOn: asked once the first arms have shown what can be seen; false ends it there.
    ///   - told: hears how far it is.
    /// - Returns: What came of it.
    /// - Throws: ``RefineryError`` where the selection or the documents cannot be used;
    ///   `TrainingError`; `CancellationError`.
    public func run(
        corpus: CorpusDocuments?, goOn: (ProofRecord, _ secondsLeft: Double) -> Bool,
        _ told: (Event) -> Void
    ) throws -> ProofRecord {
        let (selection, beside, pair) = try checked()
        let folder = try ProofFolder(path: output)
        let writer = ProofArmWriter(
            store, selection, beside: beside, teacher: teacher, longest: try longest(pair))
        let known = try folder.plan(request)
        if let known { try check(known, selection, beside, corpus) }
        let plan =
            try known
            ?? folder.removingUnlessPlanned {
                try makePlan(selection, beside, pair, corpus, folder, writer, told)
            }
        try folder.write(plan)
        told(.planned(plan))
        let target = try TokenSequences(path: folder.target)
        let models = ByRole(
            teacher: pair.teacher.fingerprint, reference: pair.reference.fingerprint)
        var students = try trained(folder)
        let all = request.arms.count * request.seeds
        for group in [ProofArm.first, ProofArm.deciding, request.otherArms] {
            let before = students.count
            for seed in 0..<request.seeds {
                for arm in group
                where !students.contains(where: { $0.arm == arm && $0.seed == seed }) {
                    told(.student(arm, seed: seed, place: students.count + 1, of: all))
                    let student = try train(arm, seed, plan, target, folder, writer, told)
                    told(
                        .trained(student, bitsPerByte: plan.target.bitsPerByte(student.nll)))
                    students.append(student)
                }
            }
            let isLeft = students.count < all
            guard students.count > before || group == ProofArm.first else { continue }
            let record = ProofRecord(plan, models: models, students: students)
            try folder.write(record)
            let left = Self.secondsLeft(students, all)
            told(.reached(record, secondsLeft: left))
            if group == ProofArm.first, isLeft, !goOn(record, left) { return record }
        }
        return ProofRecord(plan, models: models, students: students)
    }

    /// The students of earlier runs, whatever their arms; what they left behind is deleted.
    private func trained(_ folder: ProofFolder) throws -> [ProofStudent] {
        var students: [ProofStudent] = []
        for arm in request.arms {
            for seed in 0..<request.seeds {
                guard let known = try folder.student(arm, seed), !known.nll.isEmpty else {
                    continue
                }
                students.append(known)
                folder.delete(folder.checkpoint(arm, seed))
                if arm.drawsBySeed { folder.delete(folder.tokens(arm, seed)) }
            }
        }
        return students
    }

    private static func secondsLeft(_ students: [ProofStudent], _ all: Int) -> Double {
        students.reduce(0) { $0 + $1.seconds } / Double(max(1, students.count))
            * Double(all - students.count)
    }

    /// The selection, the one beside it, and the pair that made them.
    private func checked() throws -> (SelectionSummary, beside: SelectionSummary?, ByRole<Model>) {
        try store.read { snapshot in
            let pair = try snapshot.currentPair()
            let selection = try Self.selection(request.selection, pair, snapshot)
            guard request.beside != request.selection else {
                throw RefineryError(
                    .refused, "\"\(request.selection)\" cannot stand beside itself",
                    hint: "name two selections")
            }
            let beside = try request.beside.map { try Self.selection($0, pair, snapshot) }
            guard pair.teacher.tokenizerDigest == ModelFingerprint.tokenizer(teacher.tokenizer)
            else {
                throw RefineryError(
                    .refused, "\(teacher.path) has another tokenizer than the store's teacher",
                    hint: "give the teacher that scored: \(pair.teacher.path)")
            }
            return (selection, beside, pair)
        }
    }

    /// A recorded selection of which students can say something.
    private static func selection(
        _ name: String, _ pair: ByRole<Model>, _ snapshot: Snapshot
    ) throws -> SelectionSummary {
        let selection = try SelectionSummary(snapshot.requiredSelection(named: name))
        try selection.check(madeBy: pair)
        guard selection.rule.baseline == nil else {
            throw RefineryError(
                .refused, "\"\(selection.name)\" is a random draw, which proves nothing",
                hint: "name a selection that was made by a score")
        }
        let share = Double(selection.keptTokens) / Double(max(1, selection.tokens))
        guard share <= mostKept else {
            throw RefineryError(
                .refused,
                "\"\(selection.name)\" keeps \(Int(100 * share)) % of its candidates' tokens: a "
                    + "random draw of as many is nearly the same text",
                hint: "prove a selection that leaves out more, such as `--token-ratio 0.5`")
        }
        return selection
    }

    /// Ids of the longest chunk that was scored, with what stands in front of it.
    private func longest(_ pair: ByRole<Model>) throws -> Int {
        try store.read { try $0.mostTokens(scoredBy: pair.teacher.id) } + 2
    }

    /// The plan of a proof that goes on is of this selection, store, tokenizer and files.
    private func check(
        _ plan: ProofPlan, _ selection: SelectionSummary, _ beside: SelectionSummary?,
        _ corpus: CorpusDocuments?
    ) throws {
        let rule = try selection.rule.canonicalJSON()
        let others = [
            (plan.rule != rule || plan.keptTokens != selection.keptTokens, "another selection"),
            (
                plan.besideRule != (try beside?.rule.canonicalJSON())
                    || plan.besideTokens != beside?.keptTokens,
                "another selection beside the first"
            ),
            (
                plan.tokenizer != ModelFingerprint.tokenizer(teacher.tokenizer)
                    || plan.contextRule != teacher.contextRule,
                "another tokenizer or context token"
            ),
            (
                plan.pool != (try pool()),
                "what the store held then: it has other documents or scores now"
            ),
        ]
        if let other = others.first(where: \.0) {
            throw RefineryError(
                .refused, "\(output) holds a proof on \(other.1)",
                hint: "delete that folder to begin again, or name another with --output")
        }
        guard
            let change = corpus.map({ $0.changed(since: plan.files) })
                ?? (plan.files.isEmpty ? nil : "\(plan.files.count) files, now none")
        else { return }
        throw RefineryError(
            .refused, "\(output) holds a proof that was judged by other files: \(change)",
            hint: "give the same files to go on, or name another folder with --output")
    }

    /// How much the store holds.
    private func pool() throws -> ProofPlan.Pool {
        try store.read { snapshot in
            try snapshot.status().corpora.reduce(
                into: ProofPlan.Pool(documents: 0, chunks: 0, pending: 0)
            ) { sum, corpus in
                sum.documents += corpus.documents
                sum.chunks += corpus.chunks
                sum.pending += corpus.pending
            }
        }
    }

    private func makePlan(
        _ selection: SelectionSummary, _ beside: SelectionSummary?, _ pair: ByRole<Model>,
        _ corpus: CorpusDocuments?, _ folder: ProofFolder, _ writer: ProofArmWriter,
        _ told: (Event) -> Void
    ) throws -> ProofPlan {
        told(.gathering)
        // Before anything is read.
        if let layers = request.layers, let width = request.width {
            _ = try ReferenceSizes(
                vocabulary: teacher.tokenizer.vocabularySize, context: 2
            ).shape(layers: layers, width: width)
        }
        let (target, files) = try ProofTargetSource(
            store, selection, teacher: teacher, request: request, isCancelled: isCancelled
        ).target(corpus, writing: folder.target)
        guard
            target.documents.count >= ProofTarget.leastDocuments
                || (request.anyway && target.documents.count > 1)
        else { throw Self.tooFew(target, request) }
        told(.writing(.rule, seed: 0))
        let tokens = folder.tokens(.rule, 0)
        _ = try writer.write(.rule, seed: 0, to: tokens, isCancelled: isCancelled)
        let training = try TokenSequences(path: tokens)
        let longest = max(try longest(pair), try TokenSequences(path: folder.target).longest)
        let sizes = ReferenceSizes(
            vocabulary: teacher.tokenizer.vocabularySize, context: longest)
        var sizing = ReferenceRequest()
        sizing.epochs = request.epochs
        let seen = Int64(training.predictedCount) * Int64(request.epochs)
        let shape =
            if let layers = request.layers, let width = request.width {
                try sizes.shape(layers: layers, width: width)
            } else {
                try sizes.automatic(
                    tokens: seen, teacherOperations: .infinity, length: longest
                ) { _ in true }
            }
        return ProofPlan(
            request: request, rule: try selection.rule.canonicalJSON(),
            besideRule: try beside?.rule.canonicalJSON(), besideTokens: beside?.keptTokens,
            keptTokens: selection.keptTokens,
            tokenizer: ModelFingerprint.tokenizer(teacher.tokenizer),
            contextRule: teacher.contextRule, pool: try pool(), files: files, target: target,
            shape: shape, settings: sizes.settings(shape, training, sizing))
    }

    private static func tooFew(_ target: ProofTarget, _ request: ProofRequest) -> RefineryError {
        let passedOver =
            target.inCorpus == 0
            ? ""
            : "; \(target.inCorpus) more are in the store, too, where an arm could learn from them"
        return RefineryError(
            .refused,
            "only \(target.documents.count) documents judge (\(target.words)), and fewer than "
                + "\(ProofTarget.leastDocuments) say nothing\(passedOver)",
            hint: request.hasTarget
                ? "name more files with --target, of documents that the store does not hold"
                : "name more domains with --judge-domains, or the whole corpus, whose held-out "
                    + "documents are more")
    }

    /// Trains one student, or goes on with it.
    private func train(
        _ arm: ProofArm, _ seed: Int, _ plan: ProofPlan, _ target: TokenSequences,
        _ folder: ProofFolder, _ writer: ProofArmWriter, _ told: (Event) -> Void
    ) throws -> ProofStudent {
        let path = folder.tokens(arm, seed)
        var student: ProofStudent
        if let known = try folder.student(arm, seed), FileManager.default.fileExists(atPath: path) {
            student = known
        } else {
            var counts = SliceCounts()
            if !arm.drawsBySeed, let file = try? TokenSequences(path: path) {
                // The file of an earlier seed, which was written whole.
                (counts.chunks, counts.tokens) = (Int64(file.count), Int64(file.predictedCount))
            } else {
                told(.writing(arm, seed: seed))
                counts = try writer.write(arm, seed: seed, to: path, isCancelled: isCancelled)
            }
            student = ProofStudent(
                arm: arm, seed: seed, chunks: counts.chunks, tokens: counts.tokens)
            try folder.write(student)
        }
        var settings = plan.settings
        settings.seed = UInt64(seed)
        let checkpoint = folder.checkpoint(arm, seed)
        let run = try TrainingRun(
            shape: plan.shape, settings: settings, training: try TokenSequences(path: path),
            options: TrainingRun.Options(
                threads: threads, checkpoint: checkpoint, longest: target.longest))
        var began = SuspendingClock.now
        for quarter in 1...4 {
            let end = settings.steps * quarter / 4
            if student.curve.contains(where: { $0.step == end }) || end == 0 { continue }
            try run.run(until: end, isCancelled: isCancelled) { report in
                if case .step(let step) = report {
                    told(.training(step, steps: settings.steps))
                }
            }
            let losses = try run.losses(of: target, isCancelled: isCancelled)
            let nll = plan.target.perDocument(losses)
            student.curve.append(
                ProofStudent.Point(
                    step: end, tokens: run.learnedTokens, bitsPerByte: plan.target.bitsPerByte(nll))
            )
            if quarter == 4 { student.nll = nll }
            student.seconds += began.duration(to: .now) / .seconds(1)
            began = .now
            try folder.write(student)
        }
        folder.delete(checkpoint)
        if arm.drawsBySeed || seed == request.seeds - 1 { folder.delete(path) }
        return student
    }
}
