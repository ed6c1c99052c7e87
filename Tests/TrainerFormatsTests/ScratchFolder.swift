import Foundation

@testable import TrainerFormats

/// A folder that goes when the test is done.
final class ScratchFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "trainer-formats-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The names in it, or in a folder of it, sorted.
    func names(_ folder: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path + "/" + folder).sorted()
    }

    /// The bytes of a file.
    func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
    }

    /// The numbers of a file, or of a part of it, the lowest byte first.
    func numbers<Number: FixedWidthInteger>(
        _ name: String, _ type: Number.Type, from start: Int = 0, count: Int? = nil
    ) throws -> [Number] {
        let bytes = try bytes(name)
        let size = MemoryLayout<Number>.size
        let end = count.map { start + $0 * size } ?? bytes.count
        return bytes.withUnsafeBytes { bytes in
            stride(from: start, to: end, by: size).map { offset in
                (0..<size).reduce(0) {
                    $0 | Number(truncatingIfNeeded: bytes[offset + $1]) << ($1 * 8)
                }
            }
        }
    }
}
