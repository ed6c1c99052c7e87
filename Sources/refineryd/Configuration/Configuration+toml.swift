import Foundation
import Refinery
import TOMLKit

extension Configuration {
    /// Reads a file over the defaults.
    ///
    /// Strict: unknown keys and wrong types are errors, and all of them are listed.
    init(file path: String) throws {
        let limit = 1 << 20
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw ConfigurationError(
                file: path, problems: ["cannot open it: \(String(cString: strerror(errno)))"])
        }
        defer { try? handle.close() }
        let data: Data
        do {
            data = try handle.read(upToCount: limit + 1) ?? Data()
        } catch {
            throw ConfigurationError(file: path, problems: ["cannot read it: \(error)"])
        }
        guard data.count <= limit else {
            throw ConfigurationError(file: path, problems: ["larger than \(limit) bytes"])
        }
        guard let text = String(validating: data, as: UTF8.self), !text.utf8.contains(0) else {
            throw ConfigurationError(file: path, problems: ["not UTF-8 text"])
        }
        do {
            try self.init(toml: text)
        } catch var error as ConfigurationError {
            error.file = path
            throw error
        }
    }

    /// Reads TOML text over the defaults.
    init(toml text: String) throws {
        self.init()
        let root: TOMLTable
        do {
            root = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            let place = error.source.begin
            throw ConfigurationError(
                file: nil,
                problems: ["line \(place.line), column \(place.column): \(error.description)"])
        }
        var problems: [String] = []
        let tables = Set(Configuration.keys.compactMap(\.table)).sorted(by: >)
        take(root, table: nil, tables: tables, &problems)
        for name in tables {
            guard let found = root[name] else { continue }
            if let table = found.table {
                take(table, table: name, tables: [], &problems)
            } else {
                problems.append("\(name) must be a table, found \(found.type)")
            }
        }
        problems += Configuration.unknown(root, table: nil, tables: tables)
        guard problems.isEmpty else { throw ConfigurationError(file: nil, problems: problems) }
    }

    /// Takes the values of one table.
    private mutating func take(
        _ found: TOMLTable, table: String?, tables: [String], _ problems: inout [String]
    ) {
        for key in Configuration.keys where key.table == table {
            guard let value = found[key.name] else { continue }
            if !key.take(value, &self) {
                problems.append("\(key.path) must be \(key.kind), found \(value.type)")
            }
        }
        if table != nil { problems += Configuration.unknown(found, table: table, tables: tables) }
    }

    /// The keys of a table that there are not, each with the name that may have been meant.
    private static func unknown(
        _ found: TOMLTable, table: String?, tables: [String]
    ) -> [String] {
        let known = keys.filter { $0.table == table }.map(\.name) + tables
        let prefix = table.map { $0 + "." } ?? ""
        return found.keys.sorted().filter { !known.contains($0) }.map { key in
            var problem = "unknown key \(prefix)\(key.prefix(80))"
            if let near = NearestName.of(key, among: known) {
                problem += " (did you mean \(prefix)\(near)?)"
            }
            return problem
        }
    }
}
