import Synchronization

/// Puts the lines of a streamed body together again.
final class LineAssembler: Sendable {
    private let rest = Mutex<[UInt8]>([])

    /// Takes the next bytes and returns the lines that they complete, without their line ends.
    func feed(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
        rest.withLock { rest in
            rest.append(contentsOf: bytes)
            guard let last = rest.lastIndex(of: 0x0A) else { return [] }
            let lines = rest[..<last].split(separator: 0x0A).map(Array.init)
            rest.removeSubrange(...last)
            return lines
        }
    }
}
