import Foundation

extension SelectionSummary {
    /// What was recorded of a selection.
    init(_ row: SelectionRow) throws {
        self = try JSONDecoder().decode(SelectionSummary.self, from: Data(row.summary.utf8))
    }

    /// The summary as it is recorded.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Throws where the selection was made with other models than the current pair.
    func check(madeBy pair: ByRole<Model>) throws {
        guard pair.teacher.fingerprint == teacher, pair.reference.fingerprint == reference else {
            throw RefineryError(
                .refused, "\"\(name)\" was made with other models than the current ones",
                hint: "`refinectl models` lists them; select once more to report on it")
        }
    }
}
