import Foundation

/// The file in a model's folder that says how the model was trained.
enum TrainingRecordFile {
    static let name = "training.json"
    /// No record is longer, in bytes; it lists every file of the corpus.
    private static let mostBytes = 64 << 20

    /// Reads a folder's record.
    ///
    /// - Parameters:
    ///   - type: what of the record is wanted.
    ///   - folder: the model's path.
    /// - Returns: The record; nil where the path is no folder or has none.
    /// - Throws: ``RefineryError`` for a record that cannot be read.
    static func read<Record: Decodable>(_ type: Record.Type, folder: String) throws -> Record? {
        let path = folder + "/" + name
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? file.close() }
        let hint =
            "it says which documents the model was trained on; restore it, or move it away and let "
            + "selections choose from those documents"
        do {
            let bytes = try file.read(upToCount: mostBytes + 1) ?? Data()
            guard bytes.count <= mostBytes else {
                throw RefineryError(
                    .unusable, "\(path) is longer than \(mostBytes) bytes", hint: hint)
            }
            return try JSONDecoder().decode(type, from: bytes)
        } catch let error as RefineryError {
            throw error
        } catch {
            throw RefineryError(.unusable, "cannot read \(path): \(error)", hint: hint)
        }
    }

    /// The slice that a model's folder says it was trained on; nil where it says nothing of one.
    ///
    /// - Throws: ``RefineryError`` for a record that cannot be read.
    static func slice(folder: String) throws -> CorpusSlice? {
        struct Sliced: Decodable {
            var slice: CorpusSlice?
        }
        return try read(Sliced.self, folder: folder)?.slice
    }
}
