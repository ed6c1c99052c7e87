import Foundation

@testable import Refinery

extension CorpusDocuments {
    /// The documents of one plain file, which is read as one piece.
    init(whole source: CorpusSource, fields: FieldNames = FieldNames()) {
        self.init([source], fields: fields) { source in
            var piece = FileManager.default.contents(atPath: source.path).map {
                CorpusPiece(bytes: Array($0), fileBytes: $0.count)
            }
            return {
                defer { piece = nil }
                return piece
            }
        }
    }
}
