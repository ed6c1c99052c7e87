import Crypto
import Foundation

/// Which documents a reference was trained on, told by the hashes of their texts.
///
/// No list is kept: a document's place is a fraction that anybody can compute again. With
///
///     h = first 8 bytes, big-endian, of
///         SHA-256("refinery-slice-1" ‖ seed, 64 bits little-endian ‖ SHA-256 of the text)
///
/// the place is ⌊10¹⁷ · h / 2⁶⁴⌋. Places below 10¹⁷ · held-out are held out, the next 10¹⁷ · share
/// of them train, and the others are candidates. Equal texts have one place.
public struct CorpusSlice: Sendable, Equatable {
    /// What a document is to the reference.
    public enum Part: Sendable, Equatable {
        /// It judges the training and is never trained on.
        case heldOut
        /// The reference was trained on it.
        case trained
        /// The reference never saw it.
        case candidate
    }

    /// Another seed makes another slice.
    public var seed: UInt64
    /// The share of documents that is held out.
    public var heldOut: DecimalFraction
    /// The share of documents that trains.
    public var share: DecimalFraction

    /// A slice of the given shares.
    ///
    /// - Throws: ``RefineryError`` where they are more than everything.
    public init(seed: UInt64, heldOut: DecimalFraction, share: DecimalFraction) throws {
        self.seed = seed
        self.heldOut = heldOut
        self.share = share
        guard heldOut.floorTimes(Self.places) + share.floorTimes(Self.places) <= Self.places else {
            throw RefineryError(
                .invalid, "a slice of \(heldOut) held out and \(share) trained is more than 1")
        }
    }

    /// How many places there are.
    private static let places = 100_000_000_000_000_000
    /// The largest share whose documents are left out of selections: beyond it too few are left.
    private static let largestSpared = 20_000_000_000_000_000

    /// Whether selections leave out what was trained on and held out.
    public var isSpared: Bool { share.floorTimes(Self.places) <= Self.largestSpared }

    /// What a document is to the reference.
    ///
    /// - Parameter sha256: SHA-256 of its text, 32 bytes.
    /// - Returns: Its part.
    public func part(ofText sha256: some Sequence<UInt8>) -> Part {
        let place = Self.place(ofText: sha256, seed: seed)
        let held = heldOut.floorTimes(Self.places)
        if place < held { return .heldOut }
        return place < held + share.floorTimes(Self.places) ? .trained : .candidate
    }

    /// The millionth in which a text's place lies: 0 to 999,999.
    static func millionth(ofText sha256: some Sequence<UInt8>, seed: UInt64) -> Int {
        place(ofText: sha256, seed: seed) / (places / 1_000_000)
    }

    /// ⌊10¹⁷ · h / 2⁶⁴⌋.
    private static func place(ofText sha256: some Sequence<UInt8>, seed: UInt64) -> Int {
        var hash = SHA256()
        hash.update(data: Array("refinery-slice-1".utf8))
        withUnsafeBytes(of: seed.littleEndian) { hash.update(bufferPointer: $0) }
        hash.update(data: Array(sha256))
        let h = hash.finalize().prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(h.multipliedFullWidth(by: UInt64(places)).high)
    }
}

extension CorpusSlice: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case seed, share
        case heldOut = "held_out"
    }

    /// Reads `{"held_out": "0.005", "seed": 0, "share": "0.05"}`.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.allCases.map(\.rawValue))
        let values = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            seed: try values.decode(UInt64.self, forKey: .seed),
            heldOut: try DecimalFraction(values.decode(String.self, forKey: .heldOut)),
            share: try DecimalFraction(values.decode(String.self, forKey: .share)))
    }

    /// Writes every part.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(seed, forKey: .seed)
        try values.encode(heldOut.description, forKey: .heldOut)
        try values.encode(share.description, forKey: .share)
    }
}
