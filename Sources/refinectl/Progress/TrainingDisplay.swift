import Foundation
import ReferenceTraining
import Refinery

/// Shows how far a training is: a line on a terminal, lines in a log, objects for machines.
struct TrainingDisplay {
    private let bytes: Int64
    private let output: String
    private let isJSON: Bool
    private let reporter = ProgressReporter()
    private var read: Int64 = 0
    private var steps = 0
    private var heldOut: Double?
    /// A mean over the last hundred steps or so: single batches say little.
    private var loss: Double?
    private var rate: Double?

    /// A display of a training on files of so many bytes, which makes the folder `output`.
    init(bytes: Int64, output: String, isJSON: Bool) {
        self.bytes = bytes
        self.output = output
        self.isJSON = isJSON
    }

    /// Shows one event.
    mutating func show(_ event: TrainingStage.Event) {
        switch event {
        case .reading(let count):
            read += Int64(count)
            reporter.update(
                ProgressSnapshot(stage: "reading", done: read, total: bytes, unit: "bytes"))
        case .rejected(let line):
            reporter.note(NumberText.printable("rejected \(line)"))
        case .slicing(let documents):
            reporter.update(
                ProgressSnapshot(stage: "cutting the slice", done: documents, unit: "documents"))
        case .planned(let plan, let seconds, let memory):
            show(plan, Self.cost(plan, seconds: seconds, memory: memory))
            write(.plan(plan, seconds: seconds, memory: memory))
        case .costly(let share):
            reporter.note(
                "warning: scoring a token with it costs \(NumberText.fixed(100 * share, 0)) % of what "
                    + "the teacher costs, more than a tenth")
        case .resumed(let plan, let step):
            show(
                plan,
                step > 0
                    ? "going on from step \(NumberText.count(step))"
                    : "going on from the first step: no checkpoint was written yet")
            write(.resumed(plan, step: step))
        case .training(.step(let step)):
            show(step)
            write(.step(step, of: steps))
        case .training(.heldOut(let evaluation)):
            heldOut = evaluation.loss
            write(.heldOut(evaluation))
        case .training(.checkpoint): break
        }
    }

    /// Ends the line.
    func finish() {
        reporter.finish()
    }

    private func write(_ line: TrainingLine) {
        if isJSON { StandardOutput.write(JSONOutput.line(line)) }
    }

    private mutating func show(_ plan: ReferencePlan, _ more: String) {
        steps = plan.settings.steps
        reporter.note(Self.words(plan) + "; " + more)
        for warning in plan.warnings { reporter.note("warning: \(warning)") }
        // The weights and both moments, beside those of the checkpoint before.
        let room = 24 * Int64(plan.shape.parameters)
        if let warning = FreeSpace.warning(
            output, "the training of", needed: room, reason: "its checkpoints take")
        {
            reporter.note(String(warning.dropLast()))
        }
    }

    private mutating func show(_ step: TrainingReport.Step) {
        func smoothed(_ mean: Double?, _ value: Double) -> Double {
            mean.map { 0.98 * $0 + 0.02 * value } ?? value
        }
        loss = smoothed(loss, step.loss)
        rate = smoothed(rate, step.tokensPerSecond)
        var note = "loss " + NumberText.fixed(loss ?? step.loss, 3)
        if let heldOut { note += ", held out " + NumberText.fixed(heldOut, 3) }
        let left = Double((steps - step.step) * step.tokens) / max(rate ?? 1, 1)
        reporter.update(
            ProgressSnapshot(
                stage: "training", done: Int64(step.step), total: Int64(steps), unit: "steps",
                rate: rate, secondsLeft: left, note: note))
    }

    /// What a training takes.
    private static func cost(_ plan: ReferencePlan, seconds: Double, memory: Int) -> String {
        let rate = Double(plan.training.tokens) * Double(plan.epochs) / max(seconds, 1e-3)
        return """
            about \(NumberText.duration(seconds: seconds)) at \(NumberText.count(Int(min(rate, 1e12)))) \
            tokens/s, and \(NumberText.bytes(Int64(memory))) of memory
            """
    }

    /// What will be trained, and on what.
    private static func words(_ plan: ReferencePlan) -> String {
        let (shape, slice) = (plan.shape, plan.slice)
        let isLarger =
            plan.request.share == nil && plan.request.tokens == nil
            && slice.share.floorTimes(100_000) > 5000
        let reason = isLarger ? ", since 0.05 has too few tokens" : ""
        return """
            slice: \(NumberText.counted(plan.training.documents, "document")) of \
            \(NumberText.count(plan.corpus.documents)) (share \(slice.share)\(reason)), \
            \(NumberText.counted(plan.training.tokens, "token")); held out: \
            \(NumberText.counted(plan.heldOut.documents, "document"))
            reference: \(shape.layers) layers of width \(shape.width), \
            \(NumberText.counted(Int64(shape.parameters), "parameter")), \
            \(NumberText.count(shape.bodyParameters)) beside the embedding
            training: \(NumberText.counted(Int64(plan.settings.steps), "step")) of \
            \(NumberText.count(plan.settings.batchTokens)) tokens, learning rate \
            \(plan.settings.learningRate.formatted(.number.precision(.significantDigits(2))))
            """
    }

    /// What came of a training, with the curve of the held-out loss.
    static func summary(_ record: ReferenceRecord, _ output: String) -> String {
        let losses = record.heldOut.map(\.loss)
        var text = """
            \(output): held-out loss \(NumberText.fixed(losses.last ?? .nan, 3)) nats a token \
            (3-gram \(NumberText.fixed(record.plan.trigramLoss, 3))), after \
            \(NumberText.counted(record.tokens, "token"))

            """
        if losses.count > 1 { text += "held-out loss  \(sparkline(losses))\n" }
        let own = Set(record.plan.warnings)
        for warning in record.warnings where !own.contains(warning) {
            text += "warning: \(warning)\n"
        }
        return text
    }

    /// A curve in one line of eight heights.
    static func sparkline(_ values: [Double]) -> String {
        let marks = Array("▁▂▃▄▅▆▇█")
        guard let low = values.min(), let high = values.max(), high > low else {
            return String(repeating: marks[0], count: values.count)
        }
        return String(values.map { marks[min(7, Int(($0 - low) / (high - low) * 8))] })
    }
}
