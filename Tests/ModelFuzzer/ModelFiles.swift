import Foundation

/// A model as its files: what one case of fuzzing is made from, and what it becomes.
struct ModelFiles {
    /// Where the seed lies, or what was done to it; for people.
    var name: String
    /// The bytes of each file by name, in the order of names.
    var files: [(name: String, bytes: [UInt8])]
    /// The file to open within the folder, or the empty string for the folder itself.
    var opened: String

    /// Bytes of all files.
    var size: Int { files.reduce(0) { $0 + $1.bytes.count } }

    /// Everything to begin with: the models below `fixtures`, SentencePiece's beside them, and what
    /// a client sends the daemon.
    static func seeds(below fixtures: String) throws -> [ModelFiles] {
        let models = try all(below: fixtures)
        return models + (try SentencePieceSeeds.all(below: fixtures, models)) + DaemonSeeds.all
    }

    /// Every model below `folder`: GGUF files, sets of parts, and Hugging Face folders.
    private static func all(below folder: String) throws -> [ModelFiles] {
        var models: [ModelFiles] = []
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        for name in names {
            let path = folder + "/" + name
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                continue
            }
            if isFolder.boolValue {
                let inside = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
                if inside.contains("config.json") {
                    models.append(
                        try ModelFiles(name: path, folder: path, files: inside, opened: ""))
                } else {
                    models += try all(below: path)
                }
            } else if name.hasSuffix(".gguf"), !name.contains("-of-") {
                models.append(
                    try ModelFiles(name: path, folder: folder, files: [name], opened: name))
            } else if name.contains("-00001-of-") {
                let prefix = name.components(separatedBy: "-00001-of-")[0] + "-0"
                models.append(
                    try ModelFiles(
                        name: path, folder: folder, files: names.filter { $0.hasPrefix(prefix) },
                        opened: name))
            }
        }
        return models
    }

    /// One file of that name.
    init(name: String, bytes: [UInt8]) {
        (self.name, opened) = (name, name)
        files = [(name, bytes)]
    }

    private init(name: String, folder: String, files: [String], opened: String) throws {
        self.name = name
        self.opened = opened
        self.files = try files.map {
            ($0, [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + $0))))
        }
    }

    /// Writes the files into `folder`, emptied first, and returns the path to open.
    func write(to folder: String) throws -> String {
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, bytes) in files {
            try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name))
        }
        return opened.isEmpty ? folder : folder + "/" + opened
    }
}
