import Foundation
import ReferenceTraining
import Refinery
import TeacherInference

/// A reference's training with its progress: what `train-reference` does, and `refine` where it has
/// no reference.
struct ReferenceJob: Sendable {
    /// The files.
    let sources: [CorpusSource]
    /// The fields of a line.
    let fields: FieldNames
    /// The teacher.
    let teacher: ModelReference
    /// What is asked for.
    let request: ReferenceRequest
    /// The folder to make.
    let output: String
    /// Threads that work.
    let threads: Int
    /// Whether each report is a line of JSON on stdout.
    let isJSON: Bool
    /// Set by Ctrl-C.
    let isCancelled = AtomicFlag()

    /// Trains; blocks.
    ///
    /// - Returns: What training.json says.
    /// - Throws: `Failure`, `RefineryError`, `TrainingError`, `ModelError`; `CancellationError`.
    func run() throws -> ReferenceRecord {
        let model = try LanguageModel(path: teacher.path, options: teacher.options)
        let isCancelled = isCancelled
        let documents = CorpusDocuments(
            files: sources, fields: fields, isCancelled: isCancelled)
        var request = request
        request.textField = fields.text
        let stage = TrainingStage(
            teacher: model, pre: teacher.pre, documents: documents, request: request,
            output: output, threads: threads, isCancelled: { isCancelled.isSet })
        var display = TrainingDisplay(
            bytes: sources.reduce(0) { $0 + (FileReader.size(path: $1.path) ?? 0) },
            output: output, isJSON: isJSON)
        defer { display.finish() }
        let record = try stage.run { display.show($0) }
        display.finish()
        StandardOutput.writeError(TrainingDisplay.summary(record, output))
        if isJSON {
            StandardOutput.write(JSONOutput.line(TrainingLine.done(record, output: output)))
        }
        return record
    }
}
