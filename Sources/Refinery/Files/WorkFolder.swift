import Foundation
import ReferenceTraining

/// A folder in which long work keeps what it needs to go on; one process at a time.
final class WorkFolder {
    /// Its path.
    let path: String
    /// What goes on in it, such as `training`.
    private let work: String
    /// Whether it was made here: another may hold what is not ours.
    private let isNew: Bool
    private var lock: Int32 = -1

    /// Makes it where it is not there yet, and keeps other processes out while it lives.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - work: what goes on in it, in a word.
    /// - Throws: ``RefineryError`` where it cannot be made, or another process works there.
    init(path: String, work: String) throws {
        self.path = path
        self.work = work
        isNew = !FileManager.default.fileExists(atPath: path)
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw RefineryError(
                .output, "cannot make the folder \(path): \(error.localizedDescription)",
                hint: "the \(work) is kept there; name a folder that can be written")
        }
        lock = open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw RefineryError(
                .refused, "another process holds the \(work) in \(path)",
                hint: "wait for it, or name another folder with --output")
        }
    }

    deinit {
        if lock >= 0 { close(lock) }
    }

    /// Reads a value that was written before; nil where there is none.
    ///
    /// - Throws: ``RefineryError`` for a file that cannot be read.
    func read<Value: Decodable>(_ type: Value.Type, from file: String) throws -> Value? {
        guard let bytes = FileManager.default.contents(atPath: file) else { return nil }
        do {
            return try JSONDecoder().decode(type, from: bytes)
        } catch {
            throw RefineryError(
                .unusable, "cannot read \(file): \(error)",
                hint: "delete \(path) and begin again")
        }
    }

    /// Writes a value as indented JSON with sorted keys, whole or not at all.
    func write(_ value: some Encodable, to file: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try write(bytes: Array(try encoder.encode(value)) + [0x0A], to: file)
    }

    /// Writes a small file to the disk, whole or not at all.
    func write(bytes: [UInt8], to file: String) throws {
        do {
            try DurableFile.write(bytes, to: file)
        } catch {
            throw RefineryError(
                .output, error.message,
                hint: "make room on its disk; the same command goes on")
        }
    }

    /// Deletes a folder that was made here where `body` throws and `file` is not there: nothing is lost.
    func removing<Value>(unless file: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            if isNew, !FileManager.default.fileExists(atPath: file) {
                try? FileManager.default.removeItem(atPath: path)
            }
            throw error
        }
    }

    /// Refuses to go on with what was begun by other settings.
    ///
    /// - Parameter settings: the options, with their values then and now.
    /// - Throws: ``RefineryError`` naming the first that differs.
    func check(_ settings: [(name: String, before: String, now: String)]) throws {
        guard let other = settings.first(where: { $0.before != $0.now }) else { return }
        throw RefineryError(
            .refused,
            "\(path) holds a \(work) that was begun with \(other.name) \(other.before), not "
                + other.now,
            hint: "give the same options to go on, or delete that folder to begin again")
    }
}
