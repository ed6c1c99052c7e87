/// The answer of `POST /v1/rule-files`, whose body is a file that a rule names by its SHA-256.
public struct RuleFileReport: Codable, Sendable, Equatable {
    /// SHA-256 of the bytes, in hexadecimal.
    public var sha256: String
    /// How many bytes the store holds.
    public var bytes: Int

    /// What is said of a file.
    public init(_ bytes: [UInt8]) {
        sha256 = IDListFile.digest(bytes)
        self.bytes = bytes.count
    }
}
