import TeacherInference

/// A file on its way into the store, piece by piece, as a job.
protocol FileImport {
    /// What became of the file.
    associatedtype Summary
    /// Takes the file's next bytes; an error has ended the job when it is thrown.
    mutating func feed(_ bytes: UnsafeRawBufferPointer) throws
    /// Ends the file, and the job with it.
    mutating func finish() throws -> Summary
    /// Ends the job because the rest of the file will not come; what is complete stays.
    mutating func fail(_ reason: String, state: JobState) throws -> RefineryError
}

extension ImportJob: FileImport {}
extension ColumnImportJob: FileImport {}

/// A source whose rest will not come.
public struct SourceBroken: Error, Sendable {
    /// What happened.
    public var reason: String

    /// A source that broke for the reason given.
    public init(_ reason: String) {
        self.reason = reason
    }
}

/// Brings files into the store: documents into corpora, values into columns.
public enum ImportStage {
    /// Reads every piece of a file and ends its job, whatever happens.
    ///
    /// - Parameters:
    ///   - job: the file's import.
    ///   - next: the file's next bytes, nil at the end.
    ///   - fed: called after each piece.
    /// - Returns: what became of the file.
    /// - Throws: ``RefineryError`` where the file is damaged or broke off, which `next` says by
    ///   ``SourceBroken``; ``JobCancelled`` where `next` throws that; what else `next` throws.
    static func run<Import: FileImport>(
        _ job: inout Import, next: () throws -> [UInt8]?, fed: (inout Import) -> Void = { _ in }
    ) throws -> Import.Summary {
        while true {
            let bytes: [UInt8]?
            do {
                bytes = try next()
            } catch let error as JobCancelled {
                _ = try job.fail(error.reason, state: .cancelled)
                throw error
            } catch let error as SourceBroken {
                throw try job.fail(error.reason, state: .failed)
            } catch {
                _ = try job.fail(JobLog.reason(error), state: .failed)
                throw error
            }
            guard let bytes else { break }
            try bytes.withUnsafeBytes { try job.feed($0) }
            fed(&job)
        }
        return try job.finish()
    }
}

extension ImportJob {
    /// Reads every piece of the file and ends the job, as ``ImportStage`` does.
    public mutating func run(
        next: () throws -> [UInt8]?, fed: (inout ImportJob) -> Void = { _ in }
    ) throws -> ImportSummary {
        try ImportStage.run(&self, next: next, fed: fed)
    }
}

extension ColumnImportJob {
    /// Reads every piece of the file and ends the job, as ``ImportStage`` does.
    public mutating func run(next: () throws -> [UInt8]?) throws -> ColumnImportSummary {
        try ImportStage.run(&self, next: next)
    }
}
