import Foundation
import ReferenceTraining

/// The losses of a training, kept over a restart: a line of JSON each.
struct TrainingLog {
    private struct Line: Codable {
        var step: Int
        var loss: Double?
        var tokens: Int?
        var heldOut: Double?
    }

    private var lines: [Line] = []
    private let file: FileHandle?
    private let encoder = JSONEncoder()

    /// The losses up to a step; those behind it are trained again.
    init(path: String, upTo step: Int) {
        let decoder = JSONDecoder()
        let known = FileManager.default.contents(atPath: path) ?? Data()
        lines = known.split(separator: 0x0A)
            .compactMap { try? decoder.decode(Line.self, from: Data($0)) }
            .filter { $0.step <= step }
        let encoder = encoder
        encoder.outputFormatting = .sortedKeys
        // A log that cannot be written costs the curve's beginning after a kill, and no training.
        let kept = lines.compactMap { try? encoder.encode($0) }.reduce(into: Data()) {
            $0.append($1)
            $0.append(0x0A)
        }
        try? kept.write(to: URL(fileURLWithPath: path), options: .atomic)
        file = FileHandle(forWritingAtPath: path)
        _ = try? file?.seekToEnd()
    }

    /// Takes what a run tells.
    mutating func add(_ report: TrainingReport) {
        switch report {
        case .step(let step):
            add(Line(step: step.step, loss: step.loss, tokens: step.tokens))
        case .heldOut(let evaluation):
            add(Line(step: evaluation.step, heldOut: evaluation.loss))
        case .checkpoint: break
        }
    }

    /// Whether the held-out loss after so many steps is known.
    func hasEvaluation(of step: Int) -> Bool {
        lines.contains { $0.step == step && $0.heldOut != nil }
    }

    private mutating func add(_ line: Line) {
        lines.append(line)
        write(line)
    }

    private func write(_ line: Line) {
        guard let json = try? encoder.encode(line) else { return }
        try? file?.write(contentsOf: json + [0x0A])
    }

    /// What training.json says of a training that ended.
    ///
    /// - Parameters:
    ///   - plan: what was decided before.
    ///   - final: the held-out loss of the weights that are written.
    /// - Returns: The record.
    func record(
        _ plan: ReferencePlan, final: TrainingReport.Evaluation
    ) -> ReferenceRecord {
        let steps = lines.filter { $0.loss != nil }
        var heldOut = lines.compactMap { line in
            line.heldOut.map { ReferenceRecord.Evaluation(step: line.step, loss: $0) }
        }
        if heldOut.last?.step != final.step {
            heldOut.append(ReferenceRecord.Evaluation(step: final.step, loss: final.loss))
        }
        return ReferenceRecord(
            version: refineryVersion, plan: plan, slice: plan.slice,
            tokens: Int64(steps.reduce(0) { $0 &+ ($1.tokens ?? 0) }),
            loss: Self.mean(steps.suffix(max(1, steps.count / 50))), heldOut: heldOut,
            warnings: plan.warnings + gates(plan, heldOut))
    }

    private static func mean(_ lines: some Collection<Line>) -> Double {
        lines.reduce(0) { $0 + ($1.loss ?? 0) } / Double(max(1, lines.count))
    }

    /// What the losses say against the model.
    private func gates(
        _ plan: ReferencePlan, _ heldOut: [ReferenceRecord.Evaluation]
    ) -> [String] {
        var warnings: [String] = []
        if let last = heldOut.last, last.loss >= plan.trigramLoss {
            warnings.append(
                Self.text(
                    "the held-out loss is %.3f nats, no better than a 3-gram's %.3f: do not use "
                        + "this model; give more text", last.loss, plan.trigramLoss))
        }
        // Before the learning rate falls, whose effect is no sign of more to learn.
        let constant = heldOut.filter { $0.step <= plan.settings.steps - plan.settings.decaySteps }
        if let last = constant.last,
            let before = constant.last(where: { $0.step <= last.step * 4 / 5 }),
            before.loss - last.loss > 0.1
        {
            warnings.append(
                Self.text(
                    "the held-out loss still fell by %.2f nats in the last fifth before the "
                        + "learning rate fell: it is trained too little; give more text or a "
                        + "larger --share", before.loss - last.loss))
        }
        return warnings
    }

    private static func text(_ format: String, _ values: Double...) -> String {
        String(format: format, arguments: values)
    }
}
