import Foundation
import ReferenceTraining
import TeacherInference

/// The trainer's numbers for scripts/judges/training.py and scripts/bench/training.py.
///
/// Each line of output is a JSON object.
@main
enum TrainingJudge {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3 else { return usage() }
        let spec = try JudgeSpec(path: arguments[2])
        switch arguments[1] {
        case "gradients": try gradients(spec)
        case "train": try train(spec)
        case "speed": try speed(spec)
        default: usage()
        }
    }

    private static func usage() {
        FileHandle.standardError.write(
            Data("usage: training-judge gradients|train|speed SPEC.json\n".utf8))
        exit(64)
    }

    private static func say(_ values: [String: Any]) throws {
        let data = try JSONSerialization.data(withJSONObject: values, options: [.sortedKeys])
        FileHandle.standardOutput.write(data + Data("\n".utf8))
    }

    /// Copies the numbers of a file over `memory`, which has as many.
    private static func load(_ path: String?, into memory: FloatMemory) throws {
        guard let path else { return }
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        precondition(data.count == memory.bytes.count, "\(path) has \(data.count) bytes")
        data.withUnsafeBytes { raw in
            UnsafeMutableRawBufferPointer(start: memory.base, count: raw.count).copyMemory(
                from: raw)
        }
    }

    /// The loss and the gradients of all sequences as one batch.
    private static func gradients(_ spec: JudgeSpec) throws {
        let sequences = try TokenSequences(path: spec.tokens)
        let rows = sequences.predictedCount
        let pass = TrainingPass(
            spec.referenceShape, kernels: try .chosen(), threads: spec.threads, maxTokens: rows,
            longest: sequences.longest - 1)
        try load(spec.weights, into: pass.weights)
        var batch = TokenBatch(rows: rows)
        for index in 0..<sequences.count {
            sequences.withSequence(index) { batch.append($0) }
        }
        let sum = try pass.gradients(of: batch)
        if let path = spec.gradients {
            try Data(pass.gradient.bytes).write(to: URL(fileURLWithPath: path))
        }
        try say(["loss": sum / Double(rows), "tokens": rows])
    }

    /// The loss of every step, and which sequences it was of.
    private static func train(_ spec: JudgeSpec) throws {
        let sequences = try TokenSequences(path: spec.tokens)
        let run = try TrainingRun(
            shape: spec.referenceShape, settings: spec.trainingSettings, training: sequences,
            options: .init(
                threads: spec.threads, checkpoint: spec.checkpoint, checkpointSeconds: 0))
        if run.step == 0 { try load(spec.weights, into: run.weights) }
        var order = BatchOrder(
            seed: spec.settings.seed, batchTokens: spec.settings.batchTokens,
            lengths: (0..<sequences.count).map { Int32(sequences.length($0) - 1) })
        for _ in 0..<run.step { _ = order.next() }
        var failure: (any Error)?
        try run.run { report in
            guard case .step(let step) = report else { return }
            do {
                try say([
                    "step": step.step, "loss": step.loss, "norm": step.gradientNorm,
                    "sequences": order.next(),
                ])
            } catch { failure = error }
        }
        if let failure { throw failure }
        if let folder = spec.folder { try run.writeModel(to: folder) }
    }

    /// The speed of every step, and the machine's peak just before.
    private static func speed(_ spec: JudgeSpec) throws {
        let sequences = try TokenSequences(path: spec.tokens)
        let run = try TrainingRun(
            shape: spec.referenceShape, settings: spec.trainingSettings, training: sequences,
            options: .init(threads: spec.threads))
        // Operations a token, as if every batch had the mean mix of lengths.
        let lengths = (0..<sequences.count).map { sequences.length($0) - 1 }
        let operations =
            spec.referenceShape.operations(lengths: lengths) / Double(sequences.predictedCount)
        while run.step < spec.settings.steps {
            let peak = try MachinePeak.operationsPerSecond(threads: spec.threads, seconds: 0.2)
            var steps: [TrainingReport.Step] = []
            let before = clock()
            try run.run(until: run.step + 1) { report in
                if case .step(let step) = report { steps.append(step) }
            }
            // Of all threads: what others take of the machine does not count.
            let seconds = Double(clock() - before) / Double(CLOCKS_PER_SEC)
            for step in steps {
                let done = Double(step.tokens) * operations * Double(spec.threads)
                try say([
                    "cpu_seconds": seconds, "peak_share_of_cpu_time": done / seconds / peak,
                    "step": step.step, "tokens_per_second": step.tokensPerSecond,
                    "loss": step.loss, "tokens": step.tokens,
                    "peak_share": step.tokensPerSecond * operations / peak,
                    "gflops": step.tokensPerSecond * operations / 1e9, "peak": peak / 1e9,
                ])
            }
        }
    }
}
