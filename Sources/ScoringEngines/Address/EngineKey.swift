import Glibc

/// A key that requests carry (`Authorization: Bearer …`).
///
/// It shows itself in no description, reflection or error. ``authorization`` alone gives it.
public struct EngineKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let secret: String

    /// Bytes that a key has at most.
    static let longest = 4096

    /// Reads the key from a file that others cannot read.
    ///
    /// The file's group may read it: an access list of one user, as systemd makes it for
    /// `LoadCredential=`, shows in the group's bits. White space at the end is left out.
    ///
    /// - Throws: ``EngineError`` (invalid) for a file that is not there, is no plain file, that
    ///   others can read or write, or that holds what is no key.
    public init(path: String) throws(EngineError) {
        // Not blocking: a pipe at this place would otherwise be waited for.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            throw EngineURL.invalid(
                "cannot open the key file \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw EngineURL.invalid("the key file \(path) is no plain file")
        }
        guard status.st_mode & 0o007 == 0 else {
            throw EngineURL.invalid(
                "others can read or write the key file \(path)", hint: "chmod 600 \(path)")
        }
        var bytes = [UInt8](repeating: 0, count: Self.longest + 2)
        let count = read(file, &bytes, bytes.count)
        guard count >= 0 else {
            throw EngineURL.invalid(
                "cannot read the key file \(path): \(String(cString: strerror(errno)))")
        }
        var found = bytes[..<count]
        while let last = found.last, [0x0A, 0x0D, 0x20, 0x09].contains(last) { found.removeLast() }
        guard !found.isEmpty, found.count <= Self.longest,
            found.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw EngineURL.invalid(
                "the key file \(path) holds no key: one line of at most \(Self.longest) printable "
                    + "characters of ASCII, without a space")
        }
        secret = String(decoding: found, as: UTF8.self)
    }

    /// The value of the header `Authorization`.
    var authorization: String { "Bearer \(secret)" }

    /// A text without the key, should a server have sent it back.
    func redacting(_ text: String) -> String {
        text.replacing(secret, with: "…")
    }

    /// Not the key.
    public var description: String { "EngineKey(…)" }

    /// Not the key.
    public var debugDescription: String { description }

    /// Not the key.
    public var customMirror: Mirror { Mirror(self, children: [] as [Mirror.Child]) }
}
