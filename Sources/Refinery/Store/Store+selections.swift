import Foundation
import GRDB

extension Store {
    /// Every selection, oldest first.
    public func selections() throws -> [SelectionSummary] {
        try read { db in
            try String.fetchAll(db, sql: "SELECT summary FROM selection ORDER BY id")
                .map(Store.summary)
        }
    }

    /// The selection of that row id.
    public func selection(id: Int64) throws -> SelectionSummary? {
        try read { db in
            try String.fetchOne(
                db, sql: "SELECT summary FROM selection WHERE id = ?", arguments: [id]
            ).map(Store.summary)
        }
    }

    /// The selection of that name.
    public func selection(named name: String) throws -> SelectionSummary? {
        try read { db in
            try String.fetchOne(
                db, sql: "SELECT summary FROM selection WHERE name = ?", arguments: [name]
            ).map(Store.summary)
        }
    }

    /// The selection of that name.
    ///
    /// - Throws: ``RefineryError`` where there is none.
    func requiredSelection(named name: String) throws -> SelectionSummary {
        guard let selection = try selection(named: name) else {
            throw RefineryError.missing(.selection, name)
        }
        return selection
    }

    static func summary(_ json: String) throws -> SelectionSummary {
        try JSONDecoder().decode(SelectionSummary.self, from: Data(json.utf8))
    }
}
