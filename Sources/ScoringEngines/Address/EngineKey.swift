/// A key that requests carry (`Authorization: Bearer …`).
///
/// It shows itself in no description, reflection or error. ``authorization`` alone gives it.
public struct EngineKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let secret: String

    /// Reads the key from a file that others cannot read.
    ///
    /// The file's group may read it: an access list of one user, as systemd makes it for
    /// `LoadCredential=`, shows in the group's bits. White space at the end is left out.
    ///
    /// - Throws: ``EngineError`` (invalid) for a file that is not there, is no plain file, that
    ///   others can read or write, or that holds what is no key.
    public init(path: String) throws(EngineError) {
        secret = String(decoding: try SecretFile.bytes(path, what: "key"), as: UTF8.self)
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
