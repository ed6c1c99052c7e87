/// Parts of a path, by its bytes: Foundation's ways take `x` and `/` for an error of the program.
public enum FilePath {
    private static let slash = UInt8(ascii: "/")

    /// The last component, slashes behind it left out; empty for a path of slashes.
    public static func name(of path: String) -> String {
        let bytes = Array(withoutSlashes(path).utf8)
        let start = bytes.lastIndex(of: slash).map { $0 + 1 } ?? 0
        return String(decoding: bytes[start...], as: UTF8.self)
    }

    /// The folder that the last component lies in; empty where the path has one component, `/` for
    /// what lies in the root.
    public static func folder(of path: String) -> String {
        let bytes = Array(withoutSlashes(path).utf8)
        guard let last = bytes.lastIndex(of: slash) else {
            return path.utf8.first == slash && bytes.isEmpty ? "/" : ""
        }
        let folder = withoutSlashes(String(decoding: bytes[..<last], as: UTF8.self))
        return folder.isEmpty ? "/" : folder
    }

    /// The path of `name` in the folder of another path.
    public static func path(of name: String, beside path: String) -> String {
        let folder = folder(of: path)
        return folder.isEmpty ? name : (folder == "/" ? "/" : folder + "/") + name
    }

    /// The path without slashes at its end; empty for a path of slashes.
    public static func withoutSlashes(_ path: String) -> String {
        var bytes = Array(path.utf8)
        while bytes.last == slash { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The number of a shard, from 0, in five digits.
    static func shard(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}
