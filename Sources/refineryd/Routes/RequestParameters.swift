import Foundation
import HTTPTypes
import Hummingbird
import Refinery

/// The query of a request, checked: only known names, each at most once, bounded lengths.
struct RequestParameters {
    private var values: [String: String] = [:]

    /// Reads the query; a name that is not in `known` is refused.
    init(_ request: Request, known: [String]) throws {
        for (key, value) in request.uri.queryParameters {
            let name = String(key)
            guard known.contains(name) else {
                throw RequestError(
                    .badRequest, "unknown parameter \"\(name.prefix(80))\"",
                    hint: "this path takes: " + known.joined(separator: ", "))
            }
            guard values[name] == nil else {
                throw RequestError(.badRequest, "parameter \(name) is given twice")
            }
            guard value.utf8.count <= 4096, !value.utf8.contains(0) else {
                throw RequestError(
                    .badRequest, "parameter \(name) is longer than 4096 bytes or contains NUL")
            }
            values[name] = String(value)
        }
    }

    /// A text, or nil where it is missing or empty.
    func text(_ name: String) -> String? {
        values[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The name of a field of a corpus line.
    func field(_ name: String) throws -> String? {
        guard let value = text(name) else { return nil }
        guard value.utf8.count <= 256 else {
            throw RequestError(.badRequest, "parameter \(name) is longer than 256 bytes")
        }
        return value
    }

    /// The name of a corpus.
    func corpus() throws -> String? {
        try text("corpus").map(RequestParameters.checkedCorpus)
    }

    /// `0` or `1`.
    func flag(_ name: String) throws -> Bool {
        switch text(name) {
        case nil, "0": return false
        case "1": return true
        default: throw RequestError(.badRequest, "parameter \(name) must be 0 or 1")
        }
    }

    /// A seed, 0 where it is missing.
    func seed(_ name: String) throws -> UInt64 {
        guard let value = text(name) else { return 0 }
        guard let seed = UInt64(value) else {
            throw RequestError(
                .badRequest, "parameter \(name) must be a whole number from 0 to \(UInt64.max)")
        }
        return seed
    }

    /// A JSON array of strings.
    func list(_ name: String) throws -> [String] {
        guard let value = text(name) else { return [] }
        guard let list = try? JSONDecoder().decode([String].self, from: Data(value.utf8)) else {
            throw RequestError(.badRequest, "parameter \(name) must be a JSON array of strings")
        }
        return list
    }

    /// A whole number in a range.
    func integer(_ name: String, in range: ClosedRange<Int64>) throws -> Int64? {
        guard let value = text(name) else { return nil }
        guard let number = Int64(value), range.contains(number) else {
            throw RequestError(
                .badRequest,
                "parameter \(name) must be a whole number from \(range.lowerBound) to "
                    + "\(range.upperBound)")
        }
        return number
    }

    /// One of an enum's raw values.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, default fallback: Choice
    ) throws -> Choice where Choice.RawValue == String {
        guard let value = text(name) else { return fallback }
        guard let choice = Choice(rawValue: value) else {
            let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw RequestError(.badRequest, "parameter \(name) must be one of \(choices)")
        }
        return choice
    }

    /// The name if it can be a corpus's.
    static func checkedCorpus(_ name: String) throws -> String {
        try Name(name, of: .corpus).text
    }

    /// A job's or a selection's number in the path.
    static func id(_ context: some RequestContext) throws -> Int64 {
        guard let text = context.parameters.get("id"), let id = Int64(text), id > 0 else {
            throw RequestError(.badRequest, "the number in the path must be a whole number above 0")
        }
        return id
    }
}
