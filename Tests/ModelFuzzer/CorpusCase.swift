import Foundation
import Refinery

/// Reads a damaged corpus file as an import does, and checks that nothing of it is lost in silence.
enum CorpusCase {
    /// Reads the file at `path`; `tokenizes` says that it had a document, `scores` that all were.
    static func run(path: String) -> CaseRunner.Outcome {
        var outcome = CaseRunner.Outcome()
        var options = Importer.Options()
        options.format = path.hasSuffix(".txt") ? .text : .jsonl
        options.maxLineBytes = 4096
        do {
            let bytes = [UInt8]((try? Data(contentsOf: URL(fileURLWithPath: path))) ?? Data())
            var (documents, rejects) = (0, 0)
            var lines: Set<Int> = []
            let sink: Importer.Sink = { batch in
                documents += batch.documents.count
                rejects += batch.rejects.count
                for document in batch.documents {
                    if String(validating: document.text, as: UTF8.self) == nil {
                        outcome.fault = "a text that is not UTF-8"
                    }
                    lines.insert(document.line)
                }
                for reject in batch.rejects {
                    if reject.detail.isEmpty { outcome.fault = "a reject without words" }
                    lines.insert(reject.line)
                }
            }
            var importer = try Importer(file: "f", options: options)
            for start in stride(from: 0, to: bytes.count, by: 7) {
                try importer.feed(Array(bytes[start..<min(start + 7, bytes.count)]), sink)
            }
            try importer.finish(sink)
            if options.format == .jsonl {
                let full = bytes.split(separator: 0x0A).filter { line in
                    !line.allSatisfy {
                        " \t\r".utf8.contains($0) || [0xEF, 0xBB, 0xBF].contains($0)
                    }
                }
                if lines.count != documents + rejects {
                    outcome.fault = "two answers for one line"
                }
                if documents + rejects < full.count {
                    outcome.fault =
                        "\(full.count) lines, \(documents) documents, \(rejects) rejects"
                }
            }
            outcome.tokenizes = documents > 0
            outcome.scores = documents > 0 && rejects == 0
        } catch let error as RefineryError {
            if error.message.isEmpty { outcome.fault = "an error without words" }
        } catch {
            outcome.fault = "an error of another type: \(error)"
        }
        return outcome
    }
}
