import Foundation
import Refinery
import Synchronization

/// The output of a selection: the rows compressed and hashed on their way, the manifest beside.
final class ExportFile: Sendable {
    private struct State {
        var writer: OutputWriter
        var rows = 0
        var bytes: Int64 = 0
        var spellings = ControlSpellings()
        /// What turns the lines into a Parquet file; nil for JSONL.
        var parquet: ParquetRows?
        var splitter = LineSplitter(maxLineBytes: .max)
    }

    /// Where the rows go; `-` is stdout.
    let path: String
    private let state: Mutex<State>

    private let format: OutputOptions.Format

    /// Opens the output; a file appears under its name only when it is complete.
    init(path: String, format: OutputOptions.Format, keepFields: Bool) throws {
        self.path = path
        self.format = format
        let writer = try OutputWriter(
            path: path, compression: format == .parquet ? Compression.none : nil)
        var state = State(writer: writer)
        if format == .parquet {
            state.parquet = try ParquetRows(keepFields: keepFields) { try writer.write($0) }
        }
        self.state = Mutex(state)
    }

    /// Rows written so far.
    var rows: Int { state.withLock { $0.rows } }

    /// Writes whole or broken lines.
    func write(_ bytes: [UInt8]) throws {
        try state.withLock { state in
            if let parquet = state.parquet {
                try bytes.withUnsafeBytes { bytes in
                    try state.splitter.feed(bytes) { _, line in
                        if case .bytes(let line) = line { try parquet.add(line) }
                    }
                }
            } else {
                try state.writer.write(bytes)
            }
            state.bytes += Int64(bytes.count)
            state.spellings.add(bytes)
            state.rows += bytes.reduce(into: 0) { if $1 == 0x0A { $0 += 1 } }
        }
    }

    /// What a trainer should know of rows that spell control tokens; empty where none does.
    var controlTokenNote: String {
        let (rows, spellings) = state.withLock { ($0.spellings.rows, $0.spellings.spellings) }
        guard rows > 0 else { return "" }
        let most = spellings.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(5)
            .map { "\(NumberText.printable($0.key)) in \(NumberText.count($0.value))" }
        return
            "note: \(NumberText.counted(Int64(rows), "row")) spell\(rows == 1 ? "s" : "") control "
            + "tokens (\(most.joined(separator: ", "))"
            + (spellings.count > most.count ? ", and others" : "")
            + "): have the trainer read them as text\n"
    }

    /// Gives the file its name and writes `PATH.manifest.json` beside it.
    ///
    /// The old manifest goes first, so that no file ever stands beside another's.
    func finish(
        summary: SelectionSummary, provenance: Provenance, options: ExportOptions
    ) throws {
        try state.withLock { state in
            let isWhole =
                options.mergesAdjacent
                ? state.rows <= summary.keptChunks : state.rows == summary.keptChunks
            guard isWhole else {
                throw Failure(
                    "\(state.rows) rows arrived, the selection has \(summary.keptChunks)")
            }
            let isFile = path != "-"
            let manifestPath = path + ".manifest.json"
            if isFile { unlink(manifestPath) }
            try state.parquet?.finish()
            let result = try state.writer.finish()
            guard isFile else { return }
            let manifest = Manifest(
                tool: "refinery \(refineryVersion)",
                created: Int64(Date().timeIntervalSince1970 * 1000),
                models: provenance.models, chunkers: provenance.chunkers, selection: summary,
                output: Manifest.Output(
                    file: (path as NSString).lastPathComponent, format: format.rawValue,
                    compression: (format == .parquet ? .zstd : state.writer.compression).rawValue,
                    bytes: result.bytes,
                    rows: state.rows, sha256: result.sha256, options: options,
                    controlTokens: Manifest.ControlTokens(state.spellings)))
            let beside = try OutputWriter(path: manifestPath)
            try beside.write(try manifest.json())
            _ = try beside.finish()
        }
    }

    /// Removes what was written so far.
    func discard() {
        state.withLock { $0.writer.discard() }
    }
}
