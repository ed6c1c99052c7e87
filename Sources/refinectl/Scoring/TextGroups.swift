import Foundation

/// Texts in groups that one thread works on at a time.
struct TextGroups {
    /// Texts of one group, and the lines among them that held none.
    struct Group: Sendable {
        /// The texts with their ids.
        var texts: [(id: [UInt8], bytes: [UInt8])] = []
        /// `file:line: reason`.
        var bad: [String] = []
    }

    /// Bytes of text that a group holds at least, but for the last ones; about 2,000 tokens.
    static let groupBytes = 7 << 10
    /// Texts that a group holds at most.
    static let groupTexts = 256

    private var reader: TextReader
    private let threads: Int
    private var ahead: [TextReader.Record] = []
    private var aheadBytes = 0
    /// Bytes of a group: less than the usual once the end is in sight, so that what is left keeps
    /// every thread busy.
    private var target = groupBytes
    private var isEnded = false

    /// What the reader warns of; asked at the end.
    var warning: String? { reader.warning }

    /// The groups of `reader` for so many threads.
    init(_ reader: TextReader, threads: Int) {
        self.reader = reader
        self.threads = threads
    }

    /// The next group, nil at the end.
    ///
    /// Blocks. Holds a group a thread at most.
    mutating func next() throws -> Group? {
        while !isEnded, aheadBytes < threads * Self.groupBytes,
            ahead.count < threads * Self.groupTexts
        {
            guard let record = try reader.read() else {
                isEnded = true
                target = min(Self.groupBytes, max(1, (aheadBytes + threads - 1) / threads))
                break
            }
            ahead.append(record)
            aheadBytes += Self.size(record)
        }
        var group = Group()
        var bytes = 0
        var count = 0
        while bytes < target, count < Self.groupTexts, count < ahead.count {
            let record = ahead[count]
            count += 1
            bytes += Self.size(record)
            switch record {
            case .text(let id, let text): group.texts.append((id, text))
            case .bad(let line, let reason): group.bad.append("\(reader.name):\(line): \(reason)")
            }
        }
        ahead.removeFirst(count)
        aheadBytes -= bytes
        return count == 0 ? nil : group
    }

    private static func size(_ record: TextReader.Record) -> Int {
        guard case .text(_, let bytes) = record else { return 0 }
        return bytes.count
    }
}
