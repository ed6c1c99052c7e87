/// A fixed text whose mean NLL tells whether an engine still serves the same weights.
public struct EngineCanary: Sendable, Equatable {
    /// Token ids, at least two.
    public var ids: [Int32]
    /// The mean NLL that was recorded, nats.
    public var meanNLL: Double
    /// How far a measured mean may be from it, nats.
    public var tolerance: Double

    /// A canary with the tolerance that is known to suffice: 1e-4 for float32, else 1e-2.
    ///
    /// Measured on one machine: 2.3e-5 and 0.7e-2 for a text's mean, beside the native float32.
    public init(ids: [Int32], meanNLL: Double, isFloat32: Bool) {
        self.ids = ids
        self.meanNLL = meanNLL
        tolerance = isFloat32 ? 1e-4 : 1e-2
    }

    /// Refuses a mean that differs by more than the tolerance.
    ///
    /// - Throws: ``EngineError`` (refused).
    public func check(_ measured: Double) throws(EngineError) {
        guard abs(measured - meanNLL) <= tolerance else {
            throw EngineError(
                .refused,
                "the canary's mean NLL is \(measured), recorded was \(meanNLL); "
                    + "they may differ by \(tolerance)",
                hint: "other weights, another dtype, or another engine are served now")
        }
    }
}
