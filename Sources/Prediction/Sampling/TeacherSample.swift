/// Which chunks the teacher reads before anything is predicted, told by the hashes of their texts.
///
/// No list is kept: a chunk's place is a number that anybody can compute again. With
///
///     h = first 8 bytes, big-endian, of
///         SHA-256("refinery-teacher-1" ‖ seed, 64 bits little-endian ‖ SHA-256 of the text)
///
/// the place is ⌊10¹⁷ · h / 2⁶⁴⌋. The teacher reads the chunks with places below 10¹⁷ · share, and
/// of a domain that has too few of them those with the lowest places. So a larger share takes all
/// that a smaller one took.
public struct TeacherSample: Sendable, Equatable {
    /// How many places there are.
    public static let places = 100_000_000_000_000_000
    /// A prediction is refused where the teacher reads fewer chunks.
    public static let fewestChunks = 200
    /// The most chunks that a domain is filled up to.
    public static let mostOfFloor = 20
    /// The shares at which the prediction is fitted again, in places.
    public static let stages = [
        places / 100, places / 50, places / 20, places / 10,
    ]

    /// Chunks below this place are read, whatever their domain.
    public let threshold: Int

    /// A sample of the chunks below `threshold`.
    ///
    /// - Parameter threshold: 1 to 10¹⁷.
    public init(threshold: Int) {
        precondition((1...Self.places).contains(threshold))
        self.threshold = threshold
    }

    /// ⌊10¹⁷ · h / 2⁶⁴⌋ of the text with this SHA-256, 32 bytes.
    public static func place(ofText sha256: some Sequence<UInt8>, seed: UInt64) -> Int {
        let h = LabelledHash.bits(label: "refinery-teacher-1", seed: seed, sha256: sha256)
        return Int(h.multipliedFullWidth(by: UInt64(Self.places)).high)
    }

    /// The sample that a teacher's share begins with: half the share, rounded down to a stage, but
    /// as much of the share as 200 chunks need.
    ///
    /// The other half is read where it decides, once there is a prediction.
    ///
    /// - Parameters:
    ///   - share: what the teacher reads at last, in places.
    ///   - chunks: how many there are.
    /// - Throws: ``PredictionError`` where the share is fewer than 200 chunks.
    public init(share: Int, ofChunks chunks: Int) throws(PredictionError) {
        let needed = Self.threshold(for: Self.fewestChunks, of: chunks)
        guard let needed, share >= needed else {
            throw PredictionError(
                "a prediction is learnt from at least \(Self.fewestChunks) chunks; "
                    + "the teacher's share of \(chunks) chunks is fewer",
                hint: needed.map {
                    "name a teacher share of at least \(Self.roundedUp($0)), or "
                        + "leave it out: the teacher then reads everything"
                } ?? "leave the teacher's share out: the teacher then reads everything")
        }
        let stage = Self.stages.last { $0 <= share / 2 } ?? Self.stages[0]
        self.init(threshold: max(needed, min(stage, share)))
    }

    /// A share that is at least so many places, with at most three digits.
    private static func roundedUp(_ places: Int) -> Double {
        var unit = 1
        while places / unit >= 1000 { unit *= 10 }
        return Double((places + unit - 1) / unit * unit) / Double(Self.places)
    }

    /// The sample that is all of a teacher's share, where no rule says what decides.
    ///
    /// - Parameters:
    ///   - share: what the teacher reads, in places.
    ///   - chunks: how many there are.
    /// - Throws: ``PredictionError`` where the share is fewer than 200 chunks.
    public init(wholeShare share: Int, ofChunks chunks: Int) throws(PredictionError) {
        _ = try TeacherSample(share: share, ofChunks: chunks)
        self.init(threshold: share)
    }

    /// The place below which `wanted` of `chunks` lie in expectation; nil where there are fewer.
    private static func threshold(for wanted: Int, of chunks: Int) -> Int? {
        guard chunks >= wanted else { return nil }
        let (high, low) = places.multipliedFullWidth(by: wanted)
        let (quotient, remainder) = chunks.dividingFullWidth((high, low))
        return quotient + (remainder > 0 ? 1 : 0)
    }

    /// Which chunks are read.
    ///
    /// - Parameters:
    ///   - places: of all chunks.
    ///   - domains: an index for each chunk's domain, from 0; −1 without one.
    /// - Returns: The chunks of the sample, and how probable each was.
    public func draw(places: [Int], domains: [Int]) -> Draw {
        precondition(places.count == domains.count)
        var draw = SampleDraw(self)
        for (index, place) in places.enumerated() {
            draw.add(index, place: place, domain: domains[index])
        }
        return draw.finish()
    }

    /// A sample drawn from chunks.
    public struct Draw: Sendable, Equatable {
        /// The chunks that are read, ascending; indices where they were given by places.
        public let chunks: [Int]
        /// For each domain's index how probable it was that one of its chunks was drawn.
        public let probabilities: [Int: Double]
    }
}
