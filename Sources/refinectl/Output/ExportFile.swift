import Foundation
import Refinery
import Synchronization
import TrainerFormats

/// The output of a selection: rows on their way into a format, and the manifest beside it.
final class ExportFile: Sendable {
    fileprivate struct State {
        let writer: any RowWriter
        var rows = 0
        /// Rows of the selection that is written now.
        var rowsOfSelection = 0
        var spellings = ControlSpellings()
        var splitter = LineSplitter(maxLineBytes: ExportFile.mostLineBytes)
    }

    /// Bytes of a row's line at most: far more than a line of a corpus may have.
    private static let mostLineBytes = 1 << 30

    /// Where the rows go.
    let output: ExportOutput
    // SAFETY (Sendable): a writer is touched only with the lock held.
    private let state: Mutex<State>

    /// Opens the output; its files appear under their names only when all are complete.
    init(_ output: ExportOutput) throws {
        self.output = output
        state = Mutex(State(writer: try output.writer()))
    }

    /// Rows written so far.
    var rows: Int { state.withLock { $0.rows } }

    /// Writes whole or broken lines of JSON, as the daemon sends them.
    func write(_ bytes: [UInt8]) throws {
        try state.withLock { state in
            try bytes.withUnsafeBytes { bytes in
                // Taken out, so that the state may be changed meanwhile.
                var splitter = LineSplitter(maxLineBytes: Self.mostLineBytes)
                swap(&splitter, &state.splitter)
                defer { swap(&splitter, &state.splitter) }
                try splitter.feed(bytes) { _, line in
                    guard case .bytes(let line) = line else {
                        throw Failure("a row arrived that is larger than 1 GiB")
                    }
                    try state.add(RowLine(line, keepFields: output.keepFields))
                }
            }
        }
    }

    /// Writes a row.
    func write(_ row: OutputRow) throws {
        try state.withLock { try $0.add(row) }
    }

    /// Checks that all rows of a selection came, and takes what comes next for texts to be dropped.
    func beginDropped(after summary: SelectionSummary, _ options: ExportOptions) throws {
        try state.withLock { state in
            try state.checkRows(summary.keptChunks, options)
            guard let lines = state.writer as? FastTextRows else {
                throw Failure("\(output.format.rawValue) has no texts to be dropped")
            }
            lines.label = .drop
        }
    }

    /// What a trainer should know of rows that spell control tokens; empty where none does.
    var controlTokenNote: String {
        let (rows, spellings) = state.withLock { ($0.spellings.rows, $0.spellings.spellings) }
        guard rows > 0 else { return "" }
        // Ids are made of the text alone, where no control token can come of.
        guard !output.format.hasTokens else { return "" }
        let most = spellings.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(5)
            .map { "\(NumberText.printable($0.key)) in \(NumberText.count($0.value))" }
        return
            "note: \(NumberText.counted(Int64(rows), "row")) spell\(rows == 1 ? "s" : "") control "
            + "tokens (\(most.joined(separator: ", "))"
            + (spellings.count > most.count ? ", and others" : "")
            + "): have the trainer read them as text\n"
    }

    /// Gives the files their names and writes the manifest beside them.
    ///
    /// The old manifest goes first, so that no output ever lies beside another's.
    ///
    /// - Parameters:
    ///   - summary: the selection.
    ///   - dropped: the selection whose rows came last, where there are two.
    ///   - shard: the one shard that the rows are of, and how many of its chunks are kept; nil where
    ///     they are all of the selection's.
    ///   - provenance: the models.
    ///   - options: the rows' order.
    /// - Throws: ``Failure`` where rows are missing; what the writer throws.
    func finish(
        summary: SelectionSummary, dropped: SelectionSummary? = nil,
        shard: (place: Manifest.Shard, kept: Int)? = nil, provenance: Provenance,
        options: ExportOptions
    ) throws {
        try state.withLock { state in
            try state.checkRows(shard?.kept ?? (dropped ?? summary).keptChunks, options)
            let isFile = output.path != "-"
            let manifestPath = Manifest.path(beside: output.path)
            if isFile { unlink(manifestPath) }
            let written = try state.writer.finish()
            guard isFile else { return }
            let manifest = Manifest(
                tool: "refinery \(refineryVersion)",
                created: Int64(Date().timeIntervalSince1970 * 1000),
                models: provenance.models, chunkers: provenance.chunkers, selection: summary,
                dropped: dropped, shard: shard?.place,
                output: Manifest.Output(
                    written, of: output, rows: state.rows, options: options,
                    controlTokens: Manifest.ControlTokens(state.spellings)))
            let beside = try OutputWriter(path: manifestPath, compression: Compression.none)
            try beside.write(try manifest.json())
            _ = try beside.finish()
        }
    }

    /// Removes what was written so far.
    func discard() {
        state.withLock { $0.writer.discard() }
    }
}

extension ExportFile.State {
    mutating func add(_ row: OutputRow) throws {
        try writer.write(row)
        spellings.add(row: row.text)
        count()
    }

    mutating func add(_ line: RowLine) throws {
        try writer.write(line)
        spellings.add(row: line.escapedText)
        count()
    }

    private mutating func count() {
        rows += 1
        rowsOfSelection += 1
    }

    /// Refuses to end a selection of which rows did not come.
    mutating func checkRows(_ kept: Int, _ options: ExportOptions) throws {
        let isWhole = options.mergesAdjacent ? rowsOfSelection <= kept : rowsOfSelection == kept
        guard isWhole else {
            throw Failure("\(rowsOfSelection) rows arrived, the selection has \(kept)")
        }
        rowsOfSelection = 0
    }
}
