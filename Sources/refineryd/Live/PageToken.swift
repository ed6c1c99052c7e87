import Foundation
import Refinery
import ScoringEngines

/// The token that the live page asks for beyond this machine: as a bearer token, or as the password
/// of any user, which browsers ask for themselves.
struct PageToken: Sendable {
    private let secret: [UInt8]
    /// Characters of a token at least.
    private static let fewest = 16

    /// Reads the token from a file that others cannot read.
    ///
    /// - Throws: `EngineError` as `SecretFile` has it; `RefineryError` (invalid) for a short one.
    init(path: String) throws {
        secret = try SecretFile.bytes(path, what: "token")
        guard secret.count >= Self.fewest else {
            throw RefineryError(
                .invalid,
                "the token in \(path) has \(secret.count) characters, and needs at least "
                    + "\(Self.fewest)", hint: "openssl rand -hex 24 makes one")
        }
    }

    /// Whether the header `Authorization` carries it; takes as long for a wrong one as for the right
    /// one.
    func isCarried(by header: String?) -> Bool {
        guard let header, let space = header.firstIndex(of: " ") else { return false }
        let value = header[header.index(after: space)...].drop { $0 == " " }
        switch header[..<space].lowercased() {
        case "bearer": return matches(Array(value.utf8))
        case "basic":
            guard let data = Data(base64Encoded: String(value)),
                let colon = data.firstIndex(of: 0x3A)
            else { return false }
            return matches(Array(data[data.index(after: colon)...]))
        default: return false
        }
    }

    private func matches(_ given: [UInt8]) -> Bool {
        var difference = UInt8(given.count == secret.count ? 0 : 1)
        for (place, byte) in secret.enumerated() {
            difference |= byte ^ (place < given.count ? given[place] : ~byte)
        }
        return difference == 0
    }
}
