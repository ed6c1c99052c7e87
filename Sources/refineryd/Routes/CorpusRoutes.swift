import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Refinery

/// `GET /v1/corpora`, `DELETE /v1/corpora/{name}`, `GET /v1/rejects`.
struct CorpusRoutes {
    let environment: RouteEnvironment

    func add(to group: RouterGroup<Context>) {
        let (store, threads, jobs) = (environment.store, environment.threads, environment.jobs)
        group.on(API.corpora) { _, _, _ in
            try Response.json(await threads.query { try store.corpora() })
        }
        group.on(API.deleteCorpus) { _, _, context in
            guard let name = context.parameters.get("name")?.removingPercentEncoding else {
                throw RequestError(.badRequest, "the corpus's name is not percent-encoded UTF-8")
            }
            let corpus = try RequestParameters.checkedCorpus(name)
            if let job = jobs.job(of: corpus) {
                throw RequestError(
                    .conflict, "job \(job) is working on this corpus",
                    hint: "wait for it, or: refinectl cancel \(job)")
            }
            let slot = try await threads.slot()
            try await slot.run { try store.deleteCorpus(corpus) }
            // A sample of what is left may hold chunks that the teacher has yet to read.
            environment.pipeline.wake()
            environment.logger.notice("corpus deleted", metadata: ["corpus.name": "\(corpus)"])
            return try Response.json(["deleted": corpus])
        }
        group.on(API.rejects) { parameters, _, context in
            let corpus = try parameters.corpus()
            // Before the answer begins, which could not refuse any more.
            try await threads.query { try store.checkCorpus(named: corpus) }
            let slot = try await threads.slot()
            return Response.jsonLines(slot: slot, to: context.channel) { pipe in
                var lines = LineBuffer(pipe, environment.wait())
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                try store.rejects(corpus: corpus) { reject in
                    lines.append(try encoder.encode(reject))
                    try lines.sendIfFull()
                }
                try lines.send()
            }
        }
    }
}
