import ReferenceTraining
import Refinery
import Synchronization

/// Shows how far a proof is: a line on a terminal, lines in a log.
final class ProofDisplay: Sendable {
    private struct State {
        var stage = ""
        var rate: Double?
    }

    private let reporter = ProgressReporter()
    private let state = Mutex(State())

    /// Shows one event.
    func show(_ event: ProofStage.Event) {
        switch event {
        case .gathering:
            reporter.update(ProgressSnapshot(stage: "gathering the judging documents"))
        case .planned(let plan): reporter.note(Self.words(plan))
        case .writing(let arm, let seed):
            reporter.update(ProgressSnapshot(stage: "writing \(arm.words), seed \(seed)"))
        case .student(let arm, let seed, let place, let all):
            state.withLock { $0.stage = "student \(place) of \(all), \(arm.words), seed \(seed)" }
        case .training(let step, let steps): show(step, steps)
        case .trained(let student, let bitsPerByte):
            reporter.note(
                "\(student.arm.words), seed \(student.seed): "
                    + "\(NumberText.fixed(bitsPerByte, 4)) bits a byte")
        case .reached: break
        }
    }

    /// Ends the line.
    func finish() { reporter.finish() }

    private func show(_ step: TrainingReport.Step, _ steps: Int) {
        let (stage, rate) = state.withLock { state in
            state.rate =
                state.rate.map { 0.95 * $0 + 0.05 * step.tokensPerSecond }
                ?? step.tokensPerSecond
            return (state.stage, state.rate ?? 1)
        }
        reporter.update(
            ProgressSnapshot(
                stage: stage, done: Int64(step.step), total: Int64(steps), unit: "steps",
                rate: rate, secondsLeft: Double((steps - step.step) * step.tokens) / max(rate, 1),
                note: "loss " + NumberText.fixed(step.loss, 3)))
    }

    /// What will be trained and what judges it.
    private static func words(_ plan: ProofPlan) -> String {
        let (shape, target) = (plan.shape, plan.target)
        var text = """
            arms: \(NumberText.counted(Int64(plan.keptTokens), "token")) each, \
            \(plan.request.seeds) students of each
            student: \(shape.layers) layers of width \(shape.width), \
            \(NumberText.counted(Int64(shape.parameters), "parameter")), \
            \(NumberText.count(shape.bodyParameters)) beside the embedding; \
            \(NumberText.counted(Int64(plan.settings.steps), "step")) of \
            \(NumberText.count(plan.settings.batchTokens)) tokens
            judged by: \(NumberText.counted(Int64(target.documents.count), "document"))\
            , \(NumberText.counted(Int64(target.tokens), "token")): \(target.words)
            """
        if plan.request.hasVerdict {
            text +=
                "\nthe verdict: \(ProofArm.rule.words) against \(ProofArm.matched.words); "
                + "\(ProofArm.random.words) must beat \(ProofArm.shuffled.words), or the proof is "
                + "blind"
        }
        if target.inCorpus > 0 {
            text +=
                "\nnote: \(NumberText.counted(Int64(target.inCorpus), "document")) of the target "
                + "are in the corpus, too, and do not judge"
        }
        if !plan.request.hasVerdict {
            text +=
                "\nnote: without --target or --judge-domains there is a table and no verdict: "
                + "held-out documents of every domain hold the junk, too"
        }
        return text
    }
}
