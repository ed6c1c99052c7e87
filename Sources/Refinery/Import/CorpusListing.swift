import Glibc

/// The files that the paths of a command line stand for.
public struct CorpusListing: Sendable, Equatable {
    /// The files, in the order of the paths, each folder's in byte order of the relative path.
    ///
    /// Hidden files and folders are not part of a folder; named by themselves they are taken.
    public var sources: [CorpusSource] = []
    /// Files in folders that were passed over, as their suffix is none of those accepted.
    public var skipped: [String] = []

    /// Lists what `paths` stand for; links are followed, `-` is stdin and needs `hasCorpus`.
    ///
    /// Throws `RefineryError` for what is missing, unreadable or of an unknown suffix, and for a
    /// folder without a file to take.
    public init(paths: [String], hasCorpus: Bool) throws {
        for path in paths {
            if path == "-" {
                guard hasCorpus else {
                    throw RefineryError(
                        .input,
                        "stdin has no name of its own", hint: "name a corpus with --corpus NAME")
                }
                sources.append(.standardInput)
                continue
            }
            guard let status = Self.status(path) else { throw Self.unreadable(path) }
            if Self.isFolder(status) {
                try addFolder(path)
            } else {
                guard access(path, R_OK) == 0 else { throw Self.unreadable(path) }
                guard let source = CorpusSource(path: path, displayName: path) else {
                    throw RefineryError(
                        .input,
                        "cannot import \(path): its suffix says nothing of its format",
                        hint: "accepted are \(CorpusSource.accepted), folders of them, - for stdin")
                }
                sources.append(source)
            }
        }
    }

    /// Two different files that documents would be named after in the same way; nil for none.
    public var namesakes: (CorpusSource, CorpusSource)? {
        var first: [[UInt8]: CorpusSource] = [:]
        for source in sources {
            // By bytes: composed and decomposed names are two files.
            let name = Array(source.displayName.utf8)
            guard let other = first[name] else {
                first[name] = source
                continue
            }
            // One file that is named twice is read twice, which adds nothing.
            if FileID(path: other.path) != FileID(path: source.path) { return (other, source) }
        }
        return nil
    }

    private mutating func addFolder(_ root: String) throws {
        var files: [String] = []
        var folders: [(name: String, inside: [FileID])] = [("", [])]
        while let (name, inside) = folders.popLast() {
            let path = Self.join(root, name)
            guard let status = Self.status(path) else { throw Self.unreadable(path) }
            let id = FileID(status)
            // A link to a folder around it: everything in it has been seen.
            if inside.contains(id) { continue }
            for entry in try Self.entries(path) {
                let relative = name.isEmpty ? entry : "\(name)/\(entry)"
                let isFolder = Self.status(Self.join(root, relative)).map(Self.isFolder) ?? false
                if isFolder {
                    // What refinery keeps beside an output is no corpus.
                    if [".reference", ".training"].contains(where: entry.hasSuffix) { continue }
                    folders.append((relative, inside + [id]))
                } else {
                    files.append(relative)
                }
            }
        }
        files.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let before = sources.count
        for name in files {
            let path = Self.join(root, name)
            guard let source = CorpusSource(path: path, displayName: name) else {
                skipped.append(path)
                continue
            }
            guard access(path, R_OK) == 0 else { throw Self.unreadable(path) }
            sources.append(source)
        }
        guard sources.count > before else {
            let found =
                files.isEmpty ? "it is empty" : "\(files.count) other files, the first \(files[0])"
            throw RefineryError(
                .input,
                "nothing to import in folder \(root): \(found)",
                hint: "accepted are \(CorpusSource.accepted)")
        }
    }

    private static func join(_ root: String, _ name: String) -> String {
        if name.isEmpty { return root }
        return root.utf8.last == UInt8(ascii: "/") ? root + name : "\(root)/\(name)"
    }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    private static func isFolder(_ status: stat) -> Bool {
        status.st_mode & S_IFMT == S_IFDIR
    }

    private static func entries(_ path: String) throws -> [String] {
        guard let folder = opendir(path) else { throw unreadable(path) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            // SAFETY: readdir ends the name with NUL; it stays valid up to the next call.
            let bytes = withUnsafePointer(to: &entry.pointee.d_name) { name in
                let start = UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self)
                return Array(UnsafeRawBufferPointer(start: start, count: strlen(start)))
            }
            guard let name = String(validating: bytes, as: UTF8.self) else {
                let shown = String(decoding: bytes, as: UTF8.self)
                throw RefineryError(
                    .input,
                    "cannot import \(join(path, shown)): its name is not UTF-8",
                    hint: "rename the file or name the others one by one")
            }
            // Also the folder itself and the one above; editors and version control hide theirs.
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    private static func unreadable(_ path: String) -> RefineryError {
        RefineryError(.input, "cannot read \(path): \(String(cString: strerror(errno)))")
    }
}
