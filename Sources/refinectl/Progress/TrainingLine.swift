import ReferenceTraining
import Refinery

/// A line of `train-reference --json`: one object a report; `event` says which.
struct TrainingLine: Encodable {
    private var event: String
    private var step: Int?
    private var steps: Int?
    private var loss: Double?
    private var heldOut: Double?
    private var trigram: Double?
    private var tokensPerSecond: Double?
    private var learningRate: Double?
    private var share: String?
    private var tokens: Int64?
    private var layers: Int?
    private var width: Int?
    private var parameters: Int?
    private var seconds: Double?
    private var memoryBytes: Int?
    private var output: String?
    private var warnings: [String]?

    private init(event: String) { self.event = event }

    private init(event: String, _ plan: ReferencePlan) {
        self.event = event
        steps = plan.settings.steps
        share = plan.slice.share.description
        tokens = plan.training.tokens &* plan.epochs
        (layers, width) = (plan.shape.layers, plan.shape.width)
        parameters = plan.shape.parameters
        trigram = plan.trigramLoss
        warnings = plan.warnings
    }

    /// What will be trained, and what that takes.
    static func plan(_ plan: ReferencePlan, seconds: Double, memory: Int) -> TrainingLine {
        var line = TrainingLine(event: "plan", plan)
        (line.seconds, line.memoryBytes) = (seconds, memory)
        return line
    }

    /// A training goes on.
    static func resumed(_ plan: ReferencePlan, step: Int) -> TrainingLine {
        var line = TrainingLine(event: "resumed", plan)
        line.step = step
        return line
    }

    /// A step is done.
    static func step(_ step: TrainingReport.Step, of steps: Int) -> TrainingLine {
        var line = TrainingLine(event: "step")
        (line.step, line.steps, line.loss) = (step.step, steps, step.loss)
        (line.tokensPerSecond, line.learningRate) = (step.tokensPerSecond, step.learningRate)
        return line
    }

    /// The documents that are held out were read.
    static func heldOut(_ evaluation: TrainingReport.Evaluation) -> TrainingLine {
        var line = TrainingLine(event: "held_out")
        (line.step, line.heldOut) = (evaluation.step, evaluation.loss)
        return line
    }

    /// The folder is there.
    static func done(_ record: ReferenceRecord, output: String) -> TrainingLine {
        var line = TrainingLine(event: "done")
        (line.output, line.tokens, line.loss) = (output, record.tokens, record.loss)
        (line.heldOut, line.trigram) = (record.heldOut.last?.loss, record.plan.trigramLoss)
        line.warnings = record.warnings
        return line
    }

    private enum CodingKeys: String, CodingKey {
        case event, step, steps, loss, share, tokens, layers, width, parameters, seconds, output
        case warnings
        case heldOut = "held_out_loss"
        case trigram = "trigram_loss"
        case tokensPerSecond = "tokens_per_second"
        case learningRate = "learning_rate"
        case memoryBytes = "memory_bytes"
    }
}
