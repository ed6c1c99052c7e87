import HTTPTypes
import Hummingbird
import Logging
import Refinery

/// `POST /v1/score-files`: the body is a score file; the answer is a `ScoreImportReport`.
struct ScoreFileRoute {
    /// Memory that an import takes, more or less: rows that are sorted, and a transaction.
    private static let bytes = 64 << 20

    let environment: RouteEnvironment

    func add(to group: RouterGroup<Context>) {
        group.on(API.importScores) { parameters, request, _ in
            guard let file = parameters.text("file") else {
                throw RequestError(
                    .badRequest, "parameter file is missing",
                    hint: "the score file's name, whose suffix tells how it is written")
            }
            let slot = try await environment.threads.slot()
            return try Response.json(
                await UploadPipe.read(request, on: slot) { try take(file, from: $0) })
        }
    }

    /// Keeps the whole file, then takes its scores; blocks.
    private func take(_ file: String, from pipe: UploadPipe) throws -> ScoreImportReport {
        let store = environment.store
        return try environment.tracker.run(.import, corpus: nil, detail: file) { job in
            defer { environment.pipeline.wake() }
            let upload = try UploadedFile(folder: store.folder)
            let wait = environment.wait(for: job)
            do {
                while let bytes = try pipe.next(wait) { try upload.write(bytes) }
            } catch let error as SourceBroken {
                throw RefineryError(
                    .input, "\(file): incomplete: \(error.reason)", hint: "send it again")
            }
            let share = environment.memory.take(Self.bytes + ScoreFileForm(path: file).memory)
            defer { withExtendedLifetime((share, upload)) {} }
            let (counts, header) = try ScoreImportStage(store).run(
                upload.path, named: file,
                progress: { try? store.updateJob(job.id, done: Int64($0), total: nil) },
                isCancelled: { job.isCancelled })
            try store.updateJob(job.id, done: Int64(counts.chunks), total: Int64(counts.chunks))
            return try ScoreImportReport(job: job.id, file: file, header, counts, in: store)
        }
    }
}
