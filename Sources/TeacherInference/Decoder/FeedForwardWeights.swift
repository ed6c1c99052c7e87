extension DecoderWeights {
    /// The feed-forward of a layer.
    enum FeedForward: Sendable {
        case dense(Dense)
        case experts(ExpertWeights)

        /// The projections of a dense one, in a fixed order.
        var linears: [Linear] {
            switch self {
            case .dense(let dense): dense.linears
            case .experts: []
            }
        }

        /// Every matrix, in a fixed order.
        var matrices: [Tensor] {
            switch self {
            case .dense(let dense): dense.linears.map(\.weight)
            case .experts(let experts): experts.matrices
            }
        }
    }

    /// A feed-forward that every token goes through, or one expert's.
    struct Dense: Sendable {
        /// [F, D], where the family has one.
        let gate: Linear?
        /// [F, D].
        let up: Linear
        /// [D, F].
        let down: Linear

        /// The projections, in a fixed order.
        var linears: [Linear] { (gate.map { [$0] } ?? []) + [up, down] }
    }
}
