import Foundation
import Refinery

extension CorpusDocuments {
    /// The documents of files, read here.
    ///
    /// - Parameters:
    ///   - sources: the files.
    ///   - fields: the fields of a line.
    ///   - isCancelled: ends a read by `CancellationError` once it is set.
    init(files sources: [CorpusSource], fields: FieldNames, isCancelled: AtomicFlag) {
        self.init(sources, fields: fields) { source in
            let reader = try CorpusReader(source, fields: fields, keepsOthers: false)
            for note in reader.notes where note.contains(": column \(fields.domain): ") {
                StandardOutput.writeError("note: \(NumberText.printable(note))\n")
            }
            return { try reader.read(1 << 20) { isCancelled.isSet } }
        }
    }
}
