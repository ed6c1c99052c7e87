/// What a reference's forward pass leaves of a chunk, for the prediction of what a teacher would
/// say of it.
///
/// Nine statistics of the tokens' NLLs, and mean and standard deviation of the last hidden state.
/// The numbers are in half precision; one beyond its range is the nearest in it.
public struct ChunkSummary: Sendable, Equatable {
    /// The first byte of an encoding.
    public static let version: UInt8 = 1
    /// The most numbers that mean and deviation of the hidden states have, each.
    public static let maxStates = 64
    /// The most bytes of an encoding.
    public static let maxBytes = 2 + 2 * (NLLStatistics.count + 2 * maxStates)

    /// The nine numbers of ``NLLStatistics``.
    public let statistics: [Float16]
    /// Means of the last hidden state; empty where nothing but NLLs is known.
    public let mean: [Float16]
    /// Standard deviations of the last hidden state, as many as there are means.
    public let deviation: [Float16]

    /// A summary of one chunk.
    ///
    /// - Parameters:
    ///   - statistics: of its NLLs.
    ///   - mean: of its hidden states; empty where they are not known.
    ///   - deviation: of its hidden states, as many numbers.
    /// - Throws: ``PredictionError`` where a number is not finite.
    public init(
        statistics: NLLStatistics, mean: [Double] = [], deviation: [Double] = []
    ) throws(PredictionError) {
        precondition(mean.count == deviation.count)
        guard (mean + deviation).allSatisfy(\.isFinite) else {
            throw PredictionError("a hidden state of the chunk is not finite")
        }
        self.statistics = statistics.values.map(Self.half)
        guard mean.count > Self.maxStates else {
            self.mean = mean.map(Self.half)
            self.deviation = deviation.map(Self.half)
            return
        }
        let projection = RandomProjection(inputs: mean.count, outputs: Self.maxStates)
        self.mean = projection(mean).map(Self.half)
        self.deviation = projection(deviation).map(Self.half)
    }

    /// A summary of one chunk whose hidden states were added up.
    ///
    /// - Parameters:
    ///   - statistics: of its NLLs.
    ///   - states: its hidden states.
    /// - Throws: ``PredictionError`` where a number is not finite.
    public init(statistics: NLLStatistics, states: HiddenStateSums) throws(PredictionError) {
        try self.init(
            statistics: statistics, mean: states.mean, deviation: states.deviation)
    }

    /// Reads an encoding.
    ///
    /// - Parameter bytes: what ``encoded`` made.
    /// - Throws: ``PredictionError`` where a length, the version or a number is wrong.
    public init(encoded bytes: [UInt8]) throws(PredictionError) {
        guard bytes.count >= 2 else {
            throw PredictionError("a chunk's summary has \(bytes.count) bytes, at least 2 expected")
        }
        guard bytes[0] == Self.version else {
            throw PredictionError(
                "a chunk's summary has version \(bytes[0]), \(Self.version) expected",
                hint: "score the corpus again with this version of refinery")
        }
        let states = Int(bytes[1])
        let numbers = NLLStatistics.count + 2 * states
        guard states <= Self.maxStates, bytes.count == 2 + 2 * numbers else {
            throw PredictionError(
                "a chunk's summary of \(bytes.count) bytes says that it has \(states) states")
        }
        let halves = (0..<numbers).map { index in
            Float16(
                bitPattern: UInt16(bytes[2 + 2 * index]) | UInt16(bytes[3 + 2 * index]) << 8)
        }
        guard halves.allSatisfy(\.isFinite) else {
            throw PredictionError("a number of a chunk's summary is not finite")
        }
        statistics = Array(halves[..<NLLStatistics.count])
        mean = Array(halves[NLLStatistics.count..<NLLStatistics.count + states])
        deviation = Array(halves[(NLLStatistics.count + states)...])
    }

    /// The version, the number of states, then every number, two bytes each, little-endian.
    public var encoded: [UInt8] {
        [Self.version, UInt8(mean.count)]
            + (statistics + mean + deviation).flatMap { value in
                [
                    UInt8(truncatingIfNeeded: value.bitPattern),
                    UInt8(truncatingIfNeeded: value.bitPattern >> 8),
                ]
            }
    }

    /// Every number, in the encoding's order: what a prediction sees.
    public var features: [Float] { (statistics + mean + deviation).map(Float.init) }

    private static func half(_ value: Double) -> Float16 {
        let limit = Double(Float16.greatestFiniteMagnitude)
        return Float16(min(max(value, -limit), limit))
    }
}
