import Dispatch
import Refinery
import Synchronization

/// Shows how far an upload is: bytes of all files, and the documents that they brought.
final class UploadDisplay: Sendable {
    private struct State {
        var bytes: Int64 = 0
        var files = 0
        var documents: Int64 = 0
        var current: Int64 = 0
        var countsLines = false
    }

    private let total: Int64?
    private let files: Int
    private let stage: String
    private let noun: String
    private let start = DispatchTime.now().uptimeNanoseconds
    private let reporter = ProgressReporter()
    private let state = Mutex(State())

    /// A display of `files` files with `total` bytes, nil where nobody knows; a line is a `noun`.
    init(
        total: Int64?, files: Int, stage: String = "uploading", counting noun: String = "document"
    ) {
        self.noun = noun
        self.total = total
        self.stage = stage
        self.files = files
    }

    /// The next file begins.
    func begin(_ source: CorpusSource) {
        state.withLock {
            $0.files += 1
            $0.current = 0
            $0.countsLines = source.format == .jsonl && source.compression == .none
        }
        show()
    }

    /// The next file begins, which is sent as it is.
    func begin() {
        state.withLock {
            $0.files += 1
            $0.current = 0
            $0.countsLines = false
        }
        show()
    }

    /// So many bytes of a file have gone to the daemon.
    func sent(_ bytes: Int) {
        state.withLock { $0.bytes += Int64(bytes) }
        show()
    }

    /// A piece has gone to the daemon.
    func sent(_ piece: CorpusPiece) {
        state.withLock {
            $0.bytes += Int64(piece.fileBytes)
            if $0.countsLines {
                $0.current += piece.bytes.reduce(into: Int64(0)) { if $1 == 0x0A { $0 += 1 } }
            }
        }
        show()
    }

    /// Prints a line of words above the progress.
    func note(_ text: String) { reporter.note("note: " + NumberText.printable(text)) }

    /// The daemon has taken the file, which brought so many documents.
    func end(documents: Int64) {
        state.withLock {
            $0.documents += documents
            $0.current = 0
        }
        show()
    }

    /// Ends the line.
    func finish() {
        reporter.finish()
    }

    private func show() {
        let now = state.withLock { $0 }
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        var snapshot = ProgressSnapshot(
            stage: stage, done: now.bytes, total: total, unit: "bytes", rateUnit: "bytes")
        if seconds > 0.5 {
            let rate = Double(now.bytes) / seconds
            snapshot.rate = rate
            if let total, rate > 0 { snapshot.secondsLeft = Double(total - now.bytes) / rate }
        }
        snapshot.note =
            NumberText.counted(now.documents + now.current, noun)
            + (files > 1 ? ", file \(now.files) of \(files)" : "")
        reporter.update(snapshot)
    }
}
