import Glibc

/// A file with a key or a token, which nobody else may read.
public enum SecretFile {
    /// Bytes that a secret has at most.
    static let longest = 4096

    /// Reads the secret from a file that others cannot read.
    ///
    /// The file's group may read it: an access list of one user, as systemd makes it for
    /// `LoadCredential=`, shows in the group's bits. White space at the end is left out.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - what: what it holds, in words: `key`.
    /// - Returns: From 1 to 4,096 printable characters of ASCII, without a space.
    /// - Throws: ``EngineError`` (invalid) for a file that is not there, is no plain file, that
    ///   others can read or write, or that holds no secret.
    public static func bytes(_ path: String, what: String) throws(EngineError) -> [UInt8] {
        // Not blocking: a pipe at this place would otherwise be waited for.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            throw EngineURL.invalid(
                "cannot open the \(what) file \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw EngineURL.invalid("the \(what) file \(path) is no plain file")
        }
        guard status.st_mode & 0o007 == 0 else {
            throw EngineURL.invalid(
                "others can read or write the \(what) file \(path)", hint: "chmod 600 \(path)")
        }
        var bytes = [UInt8](repeating: 0, count: longest + 2)
        let count = read(file, &bytes, bytes.count)
        guard count >= 0 else {
            throw EngineURL.invalid(
                "cannot read the \(what) file \(path): \(String(cString: strerror(errno)))")
        }
        var found = bytes[..<count]
        while let last = found.last, [0x0A, 0x0D, 0x20, 0x09].contains(last) { found.removeLast() }
        guard !found.isEmpty, found.count <= longest,
            found.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw EngineURL.invalid(
                "the \(what) file \(path) holds no \(what): one line of at most \(longest) printable "
                    + "characters of ASCII, without a space")
        }
        return Array(found)
    }
}
