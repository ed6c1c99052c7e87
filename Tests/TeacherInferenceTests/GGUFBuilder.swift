import Foundation

@testable import TeacherInference

/// Writes GGUF files by hand, good ones and broken ones.
struct GGUFBuilder {
    var version: UInt32 = 3
    var metadata: [(key: String, type: UInt32, bytes: [UInt8])] = []
    var tensors: [(name: String, shape: [UInt64], type: UInt32, offset: UInt64)] = []
    var data: [UInt8] = []
    var tensorCount: UInt64?
    /// What the data and each tensor in it is padded to.
    var alignment = 32

    static func bytes(_ value: some BitwiseCopyable) -> [UInt8] {
        withUnsafeBytes(of: value) { [UInt8]($0) }
    }

    static func text(_ value: String) -> [UInt8] {
        bytes(UInt64(value.utf8.count)) + Array(value.utf8)
    }

    mutating func set(_ key: String, _ value: String) {
        metadata.append((key, 8, Self.text(value)))
    }

    mutating func set(_ key: String, _ value: UInt32) {
        metadata.append((key, 4, Self.bytes(value)))
    }

    mutating func set(_ key: String, _ value: UInt16) {
        metadata.append((key, 2, Self.bytes(value)))
    }

    mutating func set(_ key: String, _ value: UInt64) {
        metadata.append((key, 10, Self.bytes(value)))
    }

    mutating func set(_ key: String, _ value: Float) {
        metadata.append((key, 6, Self.bytes(value)))
    }

    /// Appends a tensor; `shape` is GGUF's, innermost first.
    mutating func add(_ name: String, shape: [UInt64], type: UInt32, bytes: [UInt8]) {
        tensors.append((name, shape, type, UInt64(data.count)))
        data += bytes + padding(bytes.count)
    }

    private func padding(_ count: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: (alignment - count % alignment) % alignment)
    }

    var file: [UInt8] {
        var out = Array("GGUF".utf8) + Self.bytes(version)
        out += Self.bytes(tensorCount ?? UInt64(tensors.count))
        out += Self.bytes(UInt64(metadata.count))
        for (key, type, bytes) in metadata { out += Self.text(key) + Self.bytes(type) + bytes }
        for tensor in tensors {
            out += Self.text(tensor.name) + Self.bytes(UInt32(tensor.shape.count))
            for size in tensor.shape { out += Self.bytes(size) }
            out += Self.bytes(tensor.type) + Self.bytes(tensor.offset)
        }
        return out + padding(out.count) + data
    }
}

/// A file or folder that is gone when the test ends.
final class Scratch {
    let path: String

    /// A file of `bytes`.
    init(_ bytes: [UInt8], suffix: String = "") throws {
        path = NSTemporaryDirectory() + "refinery-" + UUID().uuidString + suffix
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    /// A folder of `files` and of symbolic links, name to target.
    init(files: [String: [UInt8]], links: [String: String] = [:]) throws {
        path = NSTemporaryDirectory() + "refinery-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, bytes) in files {
            try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
        }
        for (name, target) in links {
            try FileManager.default.createSymbolicLink(
                atPath: path + "/" + name, withDestinationPath: target)
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
