import Refinery

/// Metrics in Prometheus' text format, version 0.0.4.
///
/// https://prometheus.io/docs/instrumenting/exposition_formats/
struct Metrics {
    /// The type of the text.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private enum Kind: String { case gauge, counter }

    private(set) var text = ""

    /// The metrics of a report.
    init(_ report: LiveReport) {
        let status = report.status
        add("refinery_build_info", "The daemon's version.", [([("version", status.version)], 1)])
        add(
            "refinery_state", "1 for what the daemon is doing now.",
            PipelineState.allCases.map {
                ([("state", $0.rawValue)], $0 == status.state ? 1 : 0)
            })
        add("refinery_documents", "Documents in the store.", status.corpora, \.documents)
        add(
            "refinery_documents_uncut", "Documents that are not cut into chunks yet.",
            status.corpora, \.unchunked)
        add("refinery_chunks", "Chunks, duplicates included.", status.corpora, \.chunks)
        add(
            "refinery_chunks_duplicate", "Chunks whose text equals an earlier one's.",
            status.corpora, \.duplicates)
        add(
            "refinery_tokens", "Tokens of all chunks, duplicates included.", status.corpora,
            \.tokens)
        add(
            "refinery_chunks_scored", "Chunks with a score.", status.corpora, byRole: \.scored)
        add(
            "refinery_chunks_too_short", "Chunks too short to score.", status.corpora,
            byRole: \.tooShort)
        add("refinery_chunks_failed", "Chunks that failed.", status.corpora, byRole: \.failed)
        add(
            "refinery_tokens_pending", "Tokens of the chunks that are left to score.",
            status.corpora, byRole: \.pendingTokens)
        add(
            "refinery_corpus_done_ratio", "The share of a corpus's tokens that both models scored.",
            report.progress.map { ([("corpus", $0.corpus)], $0.share) })
        add(
            "refinery_lines_rejected", "Rejected lines of corpus files.",
            report.rejects.map { ([("reason", $0.reason)], Double($0.lines)) })
        add(
            "refinery_scored_tokens_total", "Tokens scored since the daemon began.",
            report.scoredTokens.roles.map { ([("role", $0.role.rawValue)], Double($0.value)) },
            .counter)
        add(
            "refinery_tokens_per_second", "Tokens scored a second by both models.",
            status.tokensPerSecond.map { [([], $0)] } ?? [])
        add(
            "refinery_left_seconds", "Seconds until nothing is left to score at this rate.",
            status.etaSeconds.map { [([], $0)] } ?? [])
        places(report.places)
        add(
            "refinery_jobs_running", "Jobs that are queued or running, of the newest ones.",
            [([], Double(report.jobs.count { !$0.state.isFinal }))])
        if let space = report.space {
            add("refinery_store_bytes", "Size of the store.", [([], Double(space.used))])
            add(
                "refinery_store_free_bytes", "Bytes free on the store's file system.",
                [([], Double(space.free))])
        }
        process(report.process)
    }

    private mutating func places(_ places: [PipelineOverview.Place]) {
        func labels(_ place: PipelineOverview.Place) -> [(String, String)] {
            [("roles", place.roles.map(\.rawValue).joined(separator: "+"))]
        }
        add(
            "refinery_place_threads", "Threads that take batches where these models are.",
            places.map { (labels($0), Double($0.threads)) })
        add(
            "refinery_place_batches", "Batches that are being scored where these models are.",
            places.map { (labels($0), Double($0.batches)) })
        add(
            "refinery_place_waiting", "1 where an engine scores nothing for now.",
            places.map { (labels($0), $0.waiting == nil ? 0 : 1) })
    }

    private mutating func process(_ process: ProcessUse) {
        add(
            "process_resident_memory_bytes", "Resident memory, mapped weights included.",
            [([], Double(process.residentBytes))])
        add(
            "process_cpu_seconds_total", "Processor time of all cores.",
            [([], process.cpuSeconds)], .counter)
        add(
            "process_start_time_seconds", "When the daemon began, in seconds since 1970.",
            [([], Double(process.started) / 1000)])
        add("process_open_fds", "Open files.", [([], Double(process.openFiles))])
    }

    private mutating func add(
        _ name: String, _ help: String, _ corpora: [CorpusStatus],
        _ count: KeyPath<CorpusStatus, Int64>
    ) {
        add(
            name, help, corpora.map { ([("corpus", $0.name)], Double($0[keyPath: count])) })
    }

    private mutating func add(
        _ name: String, _ help: String, _ corpora: [CorpusStatus],
        byRole counts: KeyPath<CorpusStatus, RoleCounts>
    ) {
        let samples = corpora.flatMap { corpus in
            corpus[keyPath: counts].roles.map { role, count in
                ([("corpus", corpus.name), ("role", role.rawValue)], Double(count))
            }
        }
        add(name, help, samples)
    }

    private mutating func add(
        _ name: String, _ help: String, _ samples: [(labels: [(String, String)], value: Double)],
        _ kind: Kind = .gauge
    ) {
        guard !samples.isEmpty else { return }
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        for (labels, value) in samples {
            let list = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
            text += name + (list.isEmpty ? "" : "{\(list)}") + " \(Self.number(value))\n"
        }
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map(String.init) ?? "\(value)"
    }

    /// A label's value: backslash, quote and line feed have a spelling of their own.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
