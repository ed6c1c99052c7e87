import Crypto
import Foundation

/// A run's state in a file: weights, both moments, the step, and the identity of the run.
///
/// | bytes | what |
/// |---|---|
/// | 0 ..< 8 | `RFNCKPT1` |
/// | 8 ..< 16 | length i of the identity |
/// | 16 ..< 24 | steps done |
/// | 24 ..< 32 | p: trained numbers |
/// | 32 ..< 64 | SHA-256 of the identity |
/// | i bytes | the identity, `name=value` lines |
/// | up to a multiple of 8 | zero |
/// | 3 · 4p bytes | weights, first moments, second moments, Float32 |
/// | 32 at the end | SHA-256 of everything before |
///
/// Whole numbers are little-endian, as Float32 numbers are on every machine that this runs on.
struct Checkpoint {
    private static let magic = [UInt8]("RFNCKPT1".utf8)
    private static let headerBytes = 64
    private static let digestBytes = 32

    /// Where it is.
    let path: String
    /// What it must be of.
    let identity: RunIdentity

    /// Writes the state after `step` steps, under a temporary name first.
    ///
    /// - Throws: ``TrainingError`` where the disk takes no more; an older checkpoint then stays.
    func write(step: Int, arrays: [FloatMemory]) throws(TrainingError) {
        let text = identity.text
        var file = try DurableFile(path: path)
        var header = Self.magic
        for value in [text.count, step, arrays[0].count] {
            withUnsafeBytes(of: UInt64(value).littleEndian) { header.append(contentsOf: $0) }
        }
        header += identity.digest + text
        header += [UInt8](repeating: 0, count: Self.padding(text.count))
        try file.append(header)
        for array in arrays { try file.append(array.bytes) }
        try file.append(file.digest())
        try file.commit()
    }

    private static func padding(_ length: Int) -> Int { (8 - length % 8) % 8 }

    /// Reads the state into `arrays`.
    ///
    /// - Parameter arrays: weights and moments, of the sizes that the identity's shape has.
    /// - Returns: the steps done; nil where there is no file.
    /// - Throws: ``TrainingError`` for a file that is torn, damaged, or of another run.
    func read(into arrays: [FloatMemory]) throws(TrainingError) -> Int? {
        var info = stat()
        guard stat(path, &info) == 0 || errno != ENOENT else { return nil }
        let file = try MappedBytes(path: path)
        return try withExtendedLifetime(file) { () throws(TrainingError) in
            try read(file.bytes, into: arrays)
        }
    }

    private func read(
        _ bytes: UnsafeRawBufferPointer, into arrays: [FloatMemory]
    ) throws(TrainingError) -> Int {
        let least = Self.headerBytes + Self.digestBytes
        guard bytes.starts(with: Self.magic) else {
            throw TrainingError(
                "\(path) is no checkpoint: RFNCKPT1 does not begin it",
                hint: "name another file, or remove this one to begin anew")
        }
        func field(_ offset: Int) -> Int? {
            Int(
                exactly: UInt64(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
        }
        guard bytes.count >= least, let length = field(8), let step = field(16),
            let count = field(24), length <= bytes.count, count <= bytes.count,
            bytes.count == least + length + Self.padding(length) + 12 * count
        else {
            throw damaged("its \(bytes.count) bytes are not those that its header tells")
        }
        let end = bytes.count - Self.digestBytes
        var hash = SHA256()
        hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[..<end]))
        guard hash.finalize().elementsEqual(bytes[end...]) else {
            throw damaged("its checksum is of other bytes")
        }
        let text = Array(bytes[Self.headerBytes..<Self.headerBytes + length])
        guard let found = RunIdentity(text: text),
            found.digest.elementsEqual(bytes[32..<Self.headerBytes])
        else {
            throw damaged("its settings are not those of their digest")
        }
        let differences = identity.differences(from: found)
        guard differences.isEmpty, count == arrays[0].count else {
            throw TrainingError(
                "\(path) is a checkpoint of another run: \(differences.joined(separator: ", "))",
                hint: "train with the same settings and data, or remove it to begin anew")
        }
        var offset = Self.headerBytes + length + Self.padding(length)
        for array in arrays {
            // SAFETY: every array has `count` numbers, and 12 bytes each lie behind the header.
            UnsafeMutableRawPointer(array.base).copyMemory(
                from: bytes.baseAddress.map { $0 + offset } ?? UnsafeRawPointer(array.base),
                byteCount: 4 * count)
            offset += 4 * count
        }
        return step
    }

    private func damaged(_ how: String) -> TrainingError {
        TrainingError(
            "\(path) is a damaged checkpoint: \(how)",
            hint: "remove it to begin anew; one that is written never replaces a whole one in part")
    }
}
