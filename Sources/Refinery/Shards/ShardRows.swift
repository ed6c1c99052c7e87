import Synchronization

/// The rows of all shards in one file, written by several threads, a shard by one of them.
final class ShardRows: Sendable {
    private struct State {
        var end = 0
        /// Where the rows of each shard lie, in their order.
        var places: [[Range<Int>]]
    }

    /// Rows that are read at once.
    private static let page = 1 << 14

    private let file: SpillFile<ShardRow>
    private let state: Mutex<State>

    /// No row of so many shards, in a new file in `folder`.
    ///
    /// - Throws: ``RefineryError`` where it cannot be made.
    init(shards: Int, folder: String) throws {
        file = try SpillFile(folder: folder)
        state = Mutex(State(places: Array(repeating: [], count: shards)))
    }

    /// Writes the next rows of a shard.
    ///
    /// - Throws: ``RefineryError`` where the disk takes no more.
    func append(_ rows: inout [ShardRow], shard: Int) throws {
        guard !rows.isEmpty else { return }
        let count = rows.count
        let places = state.withLock { state in
            let places = state.end..<state.end + count
            state.end = places.upperBound
            state.places[shard].append(places)
            return places
        }
        try file.write(rows, at: places.lowerBound)
        rows.removeAll(keepingCapacity: true)
    }

    /// Hands over the rows of a shard in their order.
    ///
    /// - Throws: ``RefineryError`` where the disk fails; what `body` throws.
    func forEach(shard: Int, _ body: (UInt32, ShardRow) throws -> Void) throws {
        var number: UInt32 = 0
        for places in state.withLock({ $0.places[shard] }) {
            var rest = places
            while !rest.isEmpty {
                let part = rest.prefix(Self.page)
                for row in try file.read(part) {
                    try body(number, row)
                    number += 1
                }
                rest = part.upperBound..<rest.upperBound
            }
        }
    }

    /// A single row.
    ///
    /// - Throws: ``RefineryError`` where the disk fails.
    func row(_ place: ShardPlace) throws -> ShardRow {
        var number = Int(place.number)
        for places in state.withLock({ $0.places[Int(place.shard)] }) {
            if number < places.count {
                let at = places.lowerBound + number
                return try file.read(at..<at + 1)[0]
            }
            number -= places.count
        }
        throw RefineryError(.unusable, "row \(place.number) of a score file is gone")
    }
}
