import Foundation
import Refinery
import Testing

@testable import refineryd

struct RouteTests {
    @Test(arguments: [
        ("GET", "/v1/nothing", "", 404),
        ("PUT", "/v1/status", "", 404),
        ("GET", "/v1/status?x=1", "", 400),
        ("GET", "/v1/jobs/1?x=1", "", 400),
        ("POST", "/v1/pause?x=1", "", 400),
        ("DELETE", "/v1/corpora/a?x=1", "", 400),
        ("GET", "/v1/jobs/abc", "", 400),
        ("GET", "/v1/jobs/0", "", 400),
        ("GET", "/v1/jobs/99", "", 404),
        ("GET", "/v1/jobs?limit=-1", "", 400),
        ("POST", "/v1/jobs/99/cancel", "", 404),
        ("GET", "/v1/progress?first_document=3", "", 400),
        ("GET", "/v1/progress?corpus=a&first_document=3&last_document=1", "", 400),
        ("GET", "/v1/rejects?corpus=%01", "", 400),
        ("GET", "/v1/rejects?corpus=a&corpus=b", "", 400),
        ("GET", "/v1/rejects?corpus=nothing", "", 404),
        ("DELETE", "/v1/corpora/nothing", "", 404),
        ("GET", "/v1/selections/7", "", 404),
        ("GET", "/v1/selections/7/rows", "", 404),
        ("GET", "/v1/selections/7/rows?order=random", "", 400),
        ("DELETE", "/v1/selections/7", "", 404),
        ("GET", "/v1/chunks", "", 400),
        ("GET", "/v1/chunks?document=a&corpus=b", "", 404),
        ("GET", "/v1/chunks?document=a&ordinal=-1", "", 400),
        ("GET", "/v1/chunks?document=a&sha256=00", "", 400),
        ("GET", "/v1/chunks?sha256=zz", "", 400),
        ("GET", "/v1/chunks/0", "", 400),
        ("GET", "/v1/chunks/7", "", 404),
        ("GET", "/v1/chunks/7?select=a", "", 400),
        ("GET", "/v1/chunks/7?selection=a", "", 404),
        ("GET", "/v1/comparison?first=a", "", 400),
        ("GET", "/v1/comparison?first=a&second=b", "", 404),
        ("GET", "/v1/scores", "", 409),
        ("GET", "/v1/scores?where=x", "", 400),
        ("GET", "/v1/scores?where=%5B%221speed%3D1..2%22%5D", "", 400),
        ("GET", "/v1/scores?format=xml", "", 400),
        ("GET", "/v1/selections/7/rows?order=score&merge_adjacent=1", "", 400),
        ("GET", "/v1/selections/7/rows?seed=-1", "", 400),
        ("POST", "/v1/selections", #"{"rule":{"size":{"top_k":1}},"dryrun":true}"#, 400),
        ("POST", "/v1/selections", #"{"rule":{"size":{"top_k":1},"exclude_domain":["x"]}}"#, 400),
        ("POST", "/v1/selections", #"{"rule":{"size":{"top_k":1},"where":["tokens"]}}"#, 400),
        ("POST", "/v1/selections", #"{"rule":{"size":{"top_k":1}},"dry_run":true}"#, 409),
        ("POST", "/v1/selections", "x", 400),
        ("POST", "/v1/selections", #"{"rule":{"size":{}}}"#, 400),
        ("POST", "/v1/selections", #"{"rule":{"size":{"ratio":"2"}}}"#, 400),
        ("POST", "/v1/selections", #"{"rule":{"size":{"top_k":-1}}}"#, 400),
        ("POST", "/v1/selections", #"{"rule":{"size":{"top_k":1}},"name":""}"#, 400),
        ("POST", "/v1/selections", String(repeating: " ", count: 100_000), 413),
        ("POST", "/v1/benchmarks", "", 400),
        ("POST", "/v1/benchmarks", "123456789", 400),
        ("POST", "/v1/benchmarks", "bbbbbbbbaaaaaaaa", 400),
        ("POST", "/v1/benchmarks?x=1", "aaaaaaaa", 400),
        (
            "POST", "/v1/selections",
            #"{"rule":{"size":{"top_k":1},"guards":{"contamination":[{"file":"a"}]}}}"#, 400
        ),
        ("GET", "/v1/columns?column=a", "", 400),
        ("POST", "/v1/columns?name=mates", "", 400),
        ("POST", "/v1/columns?name=tokens&file=a", "", 400),
        ("POST", "/v1/columns?name=mates&file=a&corpus=none", "", 404),
        ("POST", "/v1/columns?name=mates&file=a&format=text", "", 400),
        ("POST", "/v1/score-files", "", 400),
        ("POST", "/v1/score-files?file=a.jsonl", "no score file", 422),
        ("POST", "/v1/score-files?file=a.jsonl.zst", "no zstd", 422),
        ("DELETE", "/v1/columns/mates", "", 404),
        ("DELETE", "/v1/columns/%FF", "", 400),
        ("POST", "/v1/imports", "x", 400),
        ("POST", "/v1/imports?file=a&format=xml", "x", 400),
        ("POST", "/v1/imports?file=a&replace=2", "x", 400),
        ("POST", "/v1/imports?file=a&compression=gzip", "not gzip", 422),
    ])
    func `a request that makes no sense is refused with an error object`(
        method: String, path: String, body: String, status: Int
    ) async throws {
        try await withServer { client, _ in
            let answer = try await client.send(method, path, body: body)
            #expect(answer.status == status)
            let error = try JSONDecoder().decode(WireError.self, from: Data(answer.body.utf8))
            #expect(!error.error.isEmpty)
        }
    }

    @Test func `a parameter of 5000 bytes is refused`() async throws {
        try await withServer { client, _ in
            let name = String(repeating: "a", count: 5000)
            let answer = try await client.send("GET", "/v1/rejects?corpus=\(name)")
            #expect(answer.status == 400)
        }
    }

    @Test func `an import is counted, its rejects and its job are listed`() async throws {
        try await withServer { client, _ in
            let body = """
                {"id": "a", "text": "one"}
                not json
                {"id": "b", "text": "two"}

                """
            let answer = try await client.send(
                "POST", "/v1/imports?corpus=c%20d&file=f.jsonl", body: body)
            #expect(answer.status == 200)
            let summary = try JSONDecoder().decode(
                ImportSummary.self, from: Data(answer.body.utf8))
            #expect(summary.added == 2)
            #expect(summary.rejected == 1)
            #expect(summary.lines == 3)
            #expect(summary.corpus == "c d")
            #expect(summary.firstDocument != nil)

            let rejects = try await client.send("GET", "/v1/rejects?corpus=c%20d").body
            #expect(rejects.contains(#""line":2,"reason":"invalid_json""#))
            let misspelt = try await client.send("GET", "/v1/rejects?corpus=c%20e")
            #expect(misspelt.status == 404 && misspelt.body.contains("did you mean c d?"))
            let job = try JSONDecoder().decode(
                JobRecord.self,
                from: Data(try await client.send("GET", "/v1/jobs/\(summary.job)").body.utf8))
            #expect(job.state == .succeeded)
            #expect(
                try await client.send("POST", "/v1/jobs/\(summary.job)/cancel").status == 409)

            let again = try await client.send(
                "POST", "/v1/imports?corpus=c%20d&file=f.jsonl", body: body)
            #expect(again.body.contains(#""unchanged":2"#))
        }
    }

    @Test(arguments: ["selections", "benchmarks"])
    func `a body that breaks off is the client's error`(path: String) async throws {
        try await withServer { client, _ in
            let answer = try await client.raw(
                "POST /v1/\(path) HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{",
                endsSending: true)
            #expect(answer.status == 400)
            #expect(answer.body.contains("broke off"))
        }
    }

    @Test func `every field of status is there before the models are loaded`() async throws {
        try await withServer { client, _ in
            let answer = try await client.send("GET", "/v1/status")
            #expect(answer.body.contains(#""state":"loading""#))
            for field in ["corpora", "tokens_per_second", "eta_seconds", "teacher", "reference"] {
                #expect(answer.body.contains("\"\(field)\":"))
            }
            let progress = try await client.send("GET", "/v1/progress")
            #expect(progress.body.contains(#""finished":false"#))
        }
    }

    @Test(arguments: [
        "Content-Length: 1000\r\n\r\n{\"id\": \"a\", \"text\": \"one\"}\n{\"id\"",
        "Transfer-Encoding: chunked\r\n\r\n1b\r\n{\"id\": \"a\", \"text\": \"one\"}\n\r\n",
    ])
    func `a broken upload fails its job and keeps what was complete`(rest: String) async throws {
        try await withServer { client, store in
            _ = try await client.raw(
                "POST /v1/imports?corpus=c&file=f.jsonl HTTP/1.1\r\nHost: x\r\n\(rest)",
                hangsUp: true)
            var job: JobRecord?
            while job?.state.isFinal != true {
                try await Task.sleep(for: .milliseconds(10))
                job = try store.jobs(limit: 1).first
            }
            #expect(job?.state == .failed)
            #expect(job?.error?.hasPrefix("incomplete after line 1") == true)
            #expect(try store.corpora().first?.documents == 1)
        }
    }
}
