import Foundation

/// The files of one output, which appear under their names together, once all are whole.
///
/// In a folder of its own an output is written into a temporary folder beside it, which takes the
/// name at ``keep()``: all files appear in one step. Files beside each other have temporary names,
/// and take theirs one after another in the order in which they were opened. Without ``keep()``
/// nothing is left.
public final class OutputFiles {
    /// Where the files appear, without a slash at the end; empty for the current folder.
    private let folder: String
    /// The temporary folder, where the output has a folder of its own.
    private let temporaryFolder: String?
    private var files: [NewFile] = []
    private var isKept = false

    /// Files of a folder of their own, which is not there yet or is empty.
    ///
    /// - Throws: ``TrainerFormatError`` for a folder that is not empty, for a file of that name, and
    ///   where nothing can be made there.
    public init(folder path: String) throws {
        let target = FilePath.withoutSlashes(path)
        try Self.checkEmpty(folder: target)
        folder = target
        let temporary = FilePath.path(of: Self.temporaryName(), beside: target)
        guard mkdir(temporary, 0o777) == 0 else { throw SystemError.last("cannot write", target) }
        temporaryFolder = temporary
    }

    /// Files beside each other in the folder of `path`, which is there.
    public init(beside path: String) {
        folder = FilePath.folder(of: path)
        temporaryFolder = nil
    }

    deinit { discard() }

    /// Where temporary files may be made.
    var workFolder: String { temporaryFolder ?? folder }

    /// Refuses a folder that holds something.
    ///
    /// - Parameter path: where an output's folder is to be; nothing need be there.
    /// - Throws: ``TrainerFormatError`` for a file, and for a folder that is not empty or cannot be
    ///   read.
    public static func checkEmpty(folder path: String) throws {
        var info = stat()
        guard stat(path, &info) == 0 else { return }
        guard info.st_mode & S_IFMT == S_IFDIR else {
            throw TrainerFormatError(
                "cannot write \(path): it is a file, and the format has a folder",
                hint: "name a folder that is not there yet")
        }
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: path)
            guard let first = names.min() else { return }
            throw TrainerFormatError(
                "cannot write \(path): the folder is not empty; it holds \(first)"
                    + (names.count > 1 ? " and \(names.count - 1) more" : ""),
                hint: "name another folder, or empty this one")
        } catch let error as TrainerFormatError {
            throw error
        } catch {
            throw TrainerFormatError(
                "cannot read the folder \(path): \(error.localizedDescription)")
        }
    }

    /// A name that no other file has: short, so that any file system takes it.
    static func temporaryName() -> String {
        ".refinery.\(getpid()).\(UInt32.random(in: 0...UInt32.max)).tmp"
    }

    /// Begins a file; a name is given once.
    func add(_ name: String) throws -> NewFile {
        let path = folder.isEmpty ? name : folder + "/" + name
        let place =
            temporaryFolder.map { $0 + "/" + name }
            ?? (folder.isEmpty ? "" : folder + "/") + Self.temporaryName()
        let file = try NewFile(name: name, temporary: place, path: path)
        files.append(file)
        return file
    }

    /// Gives all files their names; each has been closed.
    func keep() throws {
        guard !isKept else { return }
        if let temporaryFolder {
            SystemError.sync(folder: temporaryFolder)
            guard rename(temporaryFolder, folder) == 0 else {
                throw SystemError.last("cannot put the output at", folder)
            }
            isKept = true
            SystemError.sync(folder: FilePath.folder(of: folder))
            return
        }
        // Where files are replaced, those of two outputs are never beside each other.
        for file in files.dropFirst() { unlink(file.path) }
        for (index, file) in files.enumerated() where rename(file.temporary, file.path) != 0 {
            let error = SystemError.last("cannot put the output at", file.path)
            for done in files[..<index] { unlink(done.path) }
            throw error
        }
        isKept = true
        SystemError.sync(folder: folder)
    }

    /// Removes what was written; does nothing after ``keep()``.
    public func discard() {
        guard !isKept else { return }
        isKept = true
        for file in files { unlink(file.temporary) }
        if let temporaryFolder { rmdir(temporaryFolder) }
    }
}
