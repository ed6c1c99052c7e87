/// The leaves of a small JSON text by their paths (`data.0.id`), for what is asked once.
///
/// Bounded: at most 16,384 leaves, texts of at most 16 KiB. Booleans are left out.
struct JSONLeaves: JSONSink {
    /// A leaf's value.
    enum Leaf: Equatable {
        case text(String)
        case number(Double)
    }

    private static let most = 16384
    private(set) var leaves: [String: Leaf] = [:]
    private var path: [String] = []
    /// The next element's number in each level; nil in objects.
    private var counts: [Int?] = []

    /// Reads a whole text.
    ///
    /// - Throws: ``EngineError`` (wrongAnswer) for what is no JSON or exceeds a bound.
    init(_ bytes: UnsafeRawBufferPointer) throws(EngineError) {
        var stream = JSONStream()
        var sink = JSONLeaves()
        try stream.feed(bytes, into: &sink)
        try stream.finish(into: &sink)
        self = sink
    }

    private init() {}

    /// No leaf yet, to be told of some by a stream.
    static var empty: JSONLeaves { JSONLeaves() }

    /// The text at a path.
    func text(_ path: String) -> String? {
        if case .text(let text) = leaves[path] { text } else { nil }
    }

    /// The whole number at a path.
    func whole(_ path: String) -> Int? {
        if case .number(let value) = leaves[path] { Int(exactly: value) } else { nil }
    }

    var stringLimit: Int { 16384 }

    mutating func open(isArray: Bool) throws(EngineError) {
        if !counts.isEmpty { step() }
        counts.append(isArray ? -1 : nil)
        path.append("")
    }

    mutating func close() throws(EngineError) {
        counts.removeLast()
        path.removeLast()
    }

    mutating func key(_ bytes: UnsafeRawBufferPointer) throws(EngineError) {
        path[path.count - 1] = String(decoding: bytes, as: UTF8.self)
    }

    mutating func string(_ bytes: UnsafeRawBufferPointer) throws(EngineError) {
        try add(.text(String(decoding: bytes, as: UTF8.self)))
    }

    mutating func number(_ value: Double) throws(EngineError) { try add(.number(value)) }
    mutating func other() throws(EngineError) { step() }
    mutating func null() throws(EngineError) { step() }

    /// In an array, counts the next element.
    private mutating func step() {
        guard let last = counts.last, let count = last else { return }
        counts[counts.count - 1] = count + 1
        path[path.count - 1] = String(count + 1)
    }

    private mutating func add(_ leaf: Leaf) throws(EngineError) {
        step()
        guard leaves.count < Self.most else {
            throw EngineError(.wrongAnswer, "the answer has more than \(Self.most) values")
        }
        leaves[path.joined(separator: ".")] = leaf
    }
}
