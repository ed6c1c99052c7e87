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
        var reader = TableReader(table: root, prefix: "")
        reader.string("store", &store)
        reader.string("socket", &socket)
        reader.string("socket_group", &socketGroup)
        reader.integer("max_tokens", &maxTokens)
        reader.boolean("store_token_nll", &storeTokenNLL)
        reader.integer("max_line_bytes", &maxLineBytes)
        reader.integer("threads", &threads)
        reader.integer("nice", &nice)
        reader.number("batch_seconds", &batchSeconds)
        reader.integer("batch_tokens", &batchTokens)
        reader.number("idle_seconds", &idleSeconds)
        reader.number("client_seconds", &clientSeconds)
        reader.integer("request_bytes", &requestBytes)
        reader.string("log_level", &logLevel)
        reader.model("teacher", &teacher)
        reader.model("reference", &reference)
        reader.finish()
        guard reader.problems.isEmpty else {
            throw ConfigurationError(file: nil, problems: reader.problems)
        }
    }
}

/// Takes the keys of one TOML table, one after the other, and collects what is wrong with them.
private struct TableReader {
    let table: TOMLTable
    let prefix: String
    var problems: [String] = []
    private var known: [String] = []

    init(table: TOMLTable, prefix: String) {
        self.table = table
        self.prefix = prefix
    }

    mutating func string(_ key: String, _ value: inout String) {
        take(key, "a string", { $0.string }) { value = $0 }
    }

    mutating func strings(_ key: String, _ value: inout [String]) {
        take(
            key, "a list of strings",
            { found in
                guard let list = found.array.map(Array.init) else { return nil }
                let texts = list.compactMap(\.string)
                return texts.count == list.count ? texts : nil
            }
        ) { value = $0 }
    }

    mutating func integer(_ key: String, _ value: inout Int) {
        take(key, "an integer", { $0.int }) { value = $0 }
    }

    mutating func boolean(_ key: String, _ value: inout Bool) {
        take(key, "true or false", { $0.bool }) { value = $0 }
    }

    mutating func number(_ key: String, _ value: inout Double) {
        take(key, "a number", { $0.double ?? $0.int.map(Double.init) }) { value = $0 }
    }

    mutating func model(_ key: String, _ value: inout ModelReference) {
        var inner: TOMLTable?
        take(key, "a table", { $0.table }) { inner = $0 }
        guard let inner else { return }
        var reader = TableReader(table: inner, prefix: key + ".")
        reader.string("path", &value.path)
        reader.string("context", &value.context)
        var pre = ""
        reader.string("pre", &pre)
        if !pre.isEmpty { value.pre = pre }
        reader.strings("ignore_config", &value.ignoredConfig)
        reader.finish()
        problems += reader.problems
    }

    private mutating func take<Value>(
        _ key: String, _ expected: String, _ read: (any TOMLValueConvertible) -> Value?,
        _ store: (Value) -> Void
    ) {
        known.append(key)
        guard let found = table[key] else { return }
        if let value = read(found) {
            store(value)
        } else {
            problems.append("\(prefix)\(key) must be \(expected), found \(found.type)")
        }
    }

    /// Reports the keys that nobody took.
    mutating func finish() {
        for key in table.keys.sorted() where !known.contains(key) {
            var problem = "unknown key \(prefix)\(key.prefix(80))"
            if let near = NearestName.of(key, among: known) {
                problem += " (did you mean \(prefix)\(near)?)"
            }
            problems.append(problem)
        }
    }
}
