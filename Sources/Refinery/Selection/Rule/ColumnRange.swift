/// A filter: the values of a column from one bound to another, both included, or the categories
/// that are named.
public struct ColumnRange: Sendable, Equatable {
    /// One end of a range.
    public enum Bound: Sendable, Equatable {
        /// A number.
        case value(Double)
        /// The ⌈q·n⌉-th smallest of the n scored chunks that have a value, the smallest for q = 0.
        case quantile(DecimalFraction)
    }

    /// The column.
    public var column: Column
    /// The lower end, nil for none.
    public var low: Bound?
    /// The upper end, nil for none.
    public var high: Bound?
    /// The categories that are let through; empty where the column holds numbers.
    public var categories: [String] = []

    /// A range of the given parts.
    public init(_ column: Column, low: Bound?, high: Bound?) {
        self.column = column
        self.low = low
        self.high = high
    }

    /// Reads `COLUMN=LO..HI`, each end a number, `q0.25` or nothing, or `COLUMN=NAME,NAME` for an
    /// imported column.
    ///
    /// - Throws: ``RefineryError`` for anything else.
    public init(_ text: String) throws {
        let refused = RefineryError(
            .invalid,
            "a filter is COLUMN=LO..HI with numbers or quantiles, not \"\(text.prefix(80))\"",
            hint: "such as teacher_perplexity=5..80, tokens=64.. or difference=..q0.99; of an "
                + "imported column of categories COLUMN=NAME,NAME")
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw refused }
        column = try Column(named: String(parts[0]))
        let ends = Array(parts[1].utf8)
        let dot = UInt8(ascii: ".")
        let mark = ends.indices.dropLast().first { ends[$0] == dot && ends[$0 + 1] == dot }
        guard let mark else {
            guard column.isImported else { throw refused }
            categories = parts[1].split(separator: ",", omittingEmptySubsequences: false)
                .map(String.init)
            guard !categories.contains("") else { throw refused }
            return
        }
        func bound(_ text: ArraySlice<UInt8>) throws -> Bound? {
            let text = String(decoding: text, as: UTF8.self)
            if text.isEmpty { return nil }
            if text.hasPrefix("q") {
                return .quantile(try DecimalFraction(String(text.dropFirst())))
            }
            guard let value = Double(text), value.isFinite else { throw refused }
            return .value(value)
        }
        low = try bound(ends[..<mark])
        high = try bound(ends[(mark + 2)...])
        // `COLUMN=..` asks for nothing but a value, which imported columns may lack.
        guard low != nil || high != nil || column.isImported else { throw refused }
    }

    /// Throws where the range can hold nothing or its column is not known in time.
    public func validate() throws {
        guard column != .atLength else {
            throw RefineryError(
                .invalid,
                "a filter by at_length would depend on the candidates that it decides about",
                hint: "filter by difference, or order by --score at_length")
        }
        for case .value(let value)? in [low, high] where !value.isFinite {
            throw RefineryError(.invalid, "the bounds of \(column.name) must be finite numbers")
        }
        if case .value(let low)? = low, case .value(let high)? = high, low > high {
            throw RefineryError(
                .invalid,
                "\(column.name)=\(low)..\(high) holds nothing: the lower end comes first")
        }
    }
}

extension ColumnRange: CustomStringConvertible {
    /// The range as it is written: `difference=q0.25..1`.
    public var description: String {
        guard categories.isEmpty else {
            return "\(column.name)=\(categories.joined(separator: ","))"
        }
        func text(_ bound: Bound?) -> String {
            switch bound {
            case nil: ""
            case .value(let value): value.description
            case .quantile(let quantile): "q\(quantile)"
            }
        }
        return "\(column.name)=\(text(low))..\(text(high))"
    }
}

extension ColumnRange: Codable {
    /// Reads the form that is written on the command line.
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    /// Writes ``description``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
