import TeacherInference

extension Model {
    /// The record of a model that scores, not registered yet.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - fingerprint: its fingerprint.
    ///   - tokenizerDigest: SHA-256 of its tokenizer's content.
    /// - Throws: ``RefineryError`` for a training record that cannot be read.
    init(
        _ model: any ScoringModel, fingerprint: String, tokenizerDigest: String
    ) throws {
        self.init(
            path: model.path, fingerprint: fingerprint, architecture: model.architecture,
            parameters: Int64(model.parameterCount), tokenizer: model.tokenizer.summary,
            tokenizerDigest: tokenizerDigest, contextRule: model.contextRule,
            maxContext: model.maxContext)
        slice = try TrainingRecordFile.slice(folder: model.localPath)
        served = model.served
    }
}
