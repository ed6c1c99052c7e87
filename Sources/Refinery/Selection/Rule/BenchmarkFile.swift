/// A benchmark whose questions a selection keeps out, as a rule names it.
///
/// The rule holds what identifies it; its ``QuestionWindows`` are in the store.
public struct BenchmarkFile: Codable, Sendable, Equatable {
    /// The last part of the file's path, for people.
    public var file: String
    /// SHA-256 of its windows, 64 hexadecimal digits.
    public var sha256: String
    /// How many windows it has.
    public var windows: Int

    /// A benchmark of that name.
    public init(file: String, windows: QuestionWindows) {
        self.file = file
        sha256 = windows.sha256
        self.windows = windows.hashes.count
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case file, sha256, windows
    }

    /// Reads the object; every key must be there, and no other.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.allCases.map(\.rawValue))
        let values = try decoder.container(keyedBy: CodingKeys.self)
        file = try values.decode(String.self, forKey: .file)
        sha256 = try values.decode(String.self, forKey: .sha256)
        windows = try values.decode(Int.self, forKey: .windows)
    }

    /// Throws where it cannot name anything in a store.
    func validate() throws {
        let isHash =
            sha256.utf8.count == 64
            && sha256.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard isHash, windows >= 1, (1...255).contains(file.utf8.count),
            file.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f })
        else {
            throw RefineryError(
                .invalid,
                "a benchmark has a file name, a SHA-256 of 64 hexadecimal digits and windows")
        }
    }
}
