import Foundation
import TrainerFormats

/// Where an output really lies, and which files it must not replace.
public struct OutputTarget: Sendable {
    /// The files that are in use, with what they are for people: `the corpus file a.jsonl`.
    private var used: [(path: String, what: String)] = []

    /// No file is in use.
    public init() {}

    /// The file at `path` is in use as `what`, or will be: it need not be there yet.
    public mutating func protect(_ path: String, as what: String) {
        used.append((path, "\(what) \(path)"))
    }

    /// A store and what lies beside it.
    public mutating func protect(store path: String) {
        protect(path, as: "the store")
        for suffix in ["-wal", "-shm", "-journal", "-reserve", ".lock"] {
            protect(path + suffix, as: "a file of the store:")
        }
    }

    /// A model: a file, a part of a split one with the other parts, or every file of a folder.
    public mutating func protect(model path: String, as what: String) {
        protect(path, as: what)
        let isFolder = (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil
        let folder = isFolder ? path : FilePath.folder(of: path)
        let place = folder.isEmpty ? "." : folder
        for name in (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
        where isFolder || name.hasSuffix(".gguf") {
            protect(place + "/" + name, as: "\(what)'s file")
        }
    }

    /// Refuses an output that would replace a file in use, or a database, a model or a socket.
    ///
    /// Files are compared by device and inode, so that every name of a file is found; those that
    /// are not there yet by their path. With `isStore` a database may be there: it is opened.
    ///
    /// - Throws: ``RefineryError`` that says which file it is.
    public func check(_ path: String, isStore: Bool = false) throws {
        let output = Self.identity(path)
        for file in used where Self.identity(file.path) == output {
            throw RefineryError(
                .output, "cannot write \(path): it is \(file.what), which would be lost",
                hint: "name another file")
        }
        if !isStore, let kind = Self.precious(path) {
            throw RefineryError(
                .output, "cannot write \(path): it is \(kind), which would be lost",
                hint: "name another file, or delete that one first")
        }
    }

    private enum Identity: Equatable {
        case file(FileID)
        case missing(folder: FileID, name: String)
        case nowhere(String)
    }

    private static func identity(_ path: String) -> Identity {
        if let id = FileID(path: path) { return .file(id) }
        let target = FileSystem.followingLinks(path)
        let folder = FilePath.folder(of: target)
        guard let id = FileID(path: folder.isEmpty ? "." : folder) else {
            return .nowhere(path)
        }
        return .missing(folder: id, name: FilePath.name(of: target))
    }

    /// What a file is that nobody means to replace by text, told by how it begins.
    private static func precious(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        if status.st_mode & S_IFMT == S_IFSOCK { return "a socket" }
        guard status.st_mode & S_IFMT == S_IFREG, let head = head(of: path) else { return nil }
        if head.starts(with: Array("SQLite format 3\0".utf8)) { return "a SQLite database" }
        if head.starts(with: Array("GGUF".utf8)) { return "a GGUF model" }
        // 8 bytes of a JSON header's length, then the header: no text begins with these.
        if head.count > 9, head[5..<8].allSatisfy({ $0 == 0 }), head[8] == UInt8(ascii: "{") {
            return "a safetensors model"
        }
        return nil
    }

    private static func head(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = read(descriptor, &bytes, bytes.count)
        return count > 0 ? Array(bytes[..<count]) : nil
    }
}
