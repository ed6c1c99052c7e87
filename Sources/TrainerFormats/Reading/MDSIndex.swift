import Foundation

/// What the `index.json` of a folder of MDS shards says; ``MDSWriter`` has the layout.
public struct MDSIndex: Sendable, Equatable {
    /// Rows in all shards.
    public let samples: Int64
    /// Names of the shards' files.
    public let shards: [String]

    /// Reads the index at `path`, at most 256 MiB.
    ///
    /// - Throws: ``TrainerFormatError`` for a file that is no such index.
    public init(path: String) throws {
        let file = try ReadFile(path: path)
        guard file.size <= 1 << 28 else {
            throw TrainerFormatError("\(path) is too large for an index: \(file.size) bytes")
        }
        let bytes = try file.bytes(at: 0, count: Int(file.size))
        let root: Root
        do {
            root = try JSONDecoder().decode(Root.self, from: Data(bytes))
        } catch {
            throw TrainerFormatError("\(path) is no index of MDS shards")
        }
        var samples: Int64 = 0
        for shard in root.shards {
            let (sum, isLarge) = samples.addingReportingOverflow(shard.samples)
            guard shard.samples >= 0, !isLarge else {
                throw TrainerFormatError("\(path): a shard has \(shard.samples) samples")
            }
            samples = sum
        }
        self.samples = samples
        shards = root.shards.map { ($0.zipData ?? $0.rawData).basename }
    }

    private struct Root: Decodable {
        struct Shard: Decodable {
            struct File: Decodable {
                var basename: String
            }
            var samples: Int64
            var rawData: File
            var zipData: File?

            private enum CodingKeys: String, CodingKey {
                case samples
                case rawData = "raw_data"
                case zipData = "zip_data"
            }
        }
        var shards: [Shard]
    }
}
