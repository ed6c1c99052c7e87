import Synchronization

/// The names of domains, numbered as they come, by several threads.
final class ShardDomains: Sendable {
    private struct State {
        var names: [[UInt8]] = []
        var numbers: [[UInt8]: Int32] = [:]
        var bytes = 0
    }

    /// The most bytes of all names, which memory holds.
    private static let mostBytes = 256 << 20

    private let state = Mutex(State())

    /// The number of a name, from 1.
    ///
    /// - Throws: ``RefineryError`` where there are 2³¹ of them.
    func number(of name: [UInt8]) throws -> Int32 {
        try state.withLock { state in
            if let number = state.numbers[name] { return number }
            state.bytes += name.count
            guard state.bytes <= Self.mostBytes else {
                throw RefineryError(
                    .refused,
                    "the domains of the score files have names of more than "
                        + "\(NumberText.bytes(Int64(Self.mostBytes))) in all",
                    hint: "score the shards with another --domain-field: a domain is a kind of "
                        + "text, not an address")
            }
            state.names.append(name)
            guard let number = Int32(exactly: state.names.count) else {
                throw RefineryError(.refused, "the score files have more than 2³¹ domains")
            }
            state.numbers[name] = number
            return number
        }
    }

    /// The names, that of number 1 first; no thread adds any more.
    var names: [[UInt8]] { state.withLock { $0.names } }
}

/// Domains in the order in which rows name them, so that threads decide nothing.
struct DomainOrder {
    private let names: [[UInt8]]
    /// The id of each number, 0 for one that no row has named yet.
    private var ids: [Int32]
    private var numbers: [Int32] = []

    /// No row yet.
    init(_ names: [[UInt8]]) {
        self.names = names
        ids = Array(repeating: 0, count: names.count)
    }

    /// The id of a number, 0 for none.
    mutating func id(of number: Int32) -> Int32 {
        guard number > 0 else { return 0 }
        let place = Int(number) - 1
        if ids[place] == 0 {
            numbers.append(number)
            ids[place] = Int32(numbers.count)
        }
        return ids[place]
    }

    /// The name of an id, nil for 0.
    func name(of id: Int32) -> [UInt8]? {
        id == 0 ? nil : names[Int(numbers[Int(id) - 1]) - 1]
    }

    /// The id of a name, 0 for ``DomainName/none``.
    ///
    /// - Throws: ``RefineryError`` where no document is of it.
    func id(named name: String) throws -> Int32 {
        if name.utf8.elementsEqual(DomainName.none.utf8) { return 0 }
        let bytes = Array(name.utf8)
        guard let place = numbers.firstIndex(where: { names[Int($0) - 1] == bytes }) else {
            throw RefineryError.missingDomain(
                name, among: numbers.map { String(decoding: names[Int($0) - 1], as: UTF8.self) })
        }
        return Int32(place + 1)
    }
}
