import Foundation
import TrainerFormats

/// A folder of cuts that is being written, and appears whole or not at all.
final class CutsFolder {
    private let target: String
    private let temporary: String
    private var isKept = false

    /// Begins a folder under a temporary name beside its own.
    ///
    /// - Parameter path: where it will be; nothing may be there.
    /// - Throws: ``RefineryError`` where something is there, or nothing can be written.
    init(_ path: String) throws {
        target = FilePath.withoutSlashes(path)
        try Self.check(target)
        temporary = FilePath.path(
            of: ".refinery.\(getpid()).\(UInt32.random(in: 0...UInt32.max)).tmp", beside: target)
        guard mkdir(temporary, 0o777) == 0 else { throw Self.failure(target) }
    }

    deinit {
        if !isKept { try? FileManager.default.removeItem(atPath: temporary) }
    }

    /// Refuses a place where something is.
    ///
    /// - Throws: ``RefineryError`` (output).
    static func check(_ path: String) throws {
        guard !FileSystem.exists(path) else {
            throw RefineryError(
                .output, "cannot write \(path): it is there already",
                hint: "name another folder, or delete it: cuts are never changed")
        }
    }

    /// Begins a file of the folder.
    ///
    /// - Throws: ``RefineryError`` where it cannot be written.
    func file(_ name: String) throws -> OutputWriter {
        try OutputWriter(path: temporary + "/" + name, compression: Compression.none)
    }

    /// Gives the folder its name.
    ///
    /// - Throws: ``RefineryError`` where that is not possible.
    func keep() throws {
        // A folder can take the place of an empty one: what came meanwhile stays.
        try Self.check(target)
        guard rename(temporary, target) == 0 else { throw Self.failure(target) }
        isKept = true
        let parent = FilePath.folder(of: target)
        let folder = open(parent.isEmpty ? "." : parent, O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    private static func failure(_ path: String) -> RefineryError {
        RefineryError(.output, "cannot write \(path): \(String(cString: strerror(errno)))")
    }
}
