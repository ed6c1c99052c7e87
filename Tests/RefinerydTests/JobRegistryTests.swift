import Foundation
import Refinery
import Testing

@testable import refineryd

/// What is known of running jobs beside their records.
struct JobRegistryTests {
    private func record(_ id: Int, _ state: String) throws -> JobRecord {
        let text = """
            {"id": \(id), "kind": "selection", "state": "\(state)", "created": 1, "done": 0, \
            "corpus": null, "detail": null, "started": null, "ended": null, "total": null, \
            "error": null}
            """
        return try JSONDecoder().decode(JobRecord.self, from: Data(text.utf8))
    }

    @Test("a selection that is being made says its part, and others nothing")
    func progress() throws {
        let jobs = JobRegistry()
        let job = jobs.enter(7, corpus: nil)
        defer { jobs.leave(job) }
        let records = try [record(7, "running"), record(8, "running"), record(7, "succeeded")]
        #expect(jobs.completed(records) == records)
        job.selection = SelectionProgress(part: .signatures, done: 64, total: 900)
        let completed = jobs.completed(records)
        #expect(completed[0].part == "signatures")
        #expect(completed[0].done == 64 && completed[0].total == 900)
        #expect(SelectionProgress(completed[0]) == job.selection)
        #expect(Array(completed.dropFirst()) == Array(records.dropFirst()))
    }
}
