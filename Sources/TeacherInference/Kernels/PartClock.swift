import Foundation

/// Where the time of a forward pass goes.
public enum ForwardPart: String, Sendable, CaseIterable {
    /// Rows of the embedding.
    case embedding
    /// Matrix products of the layers; the activation of SwiGLU is part of its product.
    case projections
    /// RoPE excluded: scores, softmax and weighted sums.
    case attention
    /// Norms, RoPE, biases.
    case elementwise
    /// The head's products and the running log-sum-exp.
    case head
    /// Weights from the file's type into packed Float32 panels.
    case dequantising
}

/// A stopwatch that gives each lap to a part of the forward pass.
///
/// One a worker; shared by the passes that work for it.
final class PartClock {
    // Written a few thousand times a second at most: laps end at panels and layers, not in kernels.
    private var last = 0.0
    private(set) var seconds = [Double](repeating: 0, count: ForwardPart.allCases.count)

    /// Seconds of a steady clock.
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// The first lap begins.
    func start() { last = Self.now }

    /// A lap of `part` ends, and the next begins.
    func lap(_ part: ForwardPart) {
        let now = Self.now
        seconds[Self.index(part)] += now - last
        last = now
    }

    /// Seconds given to `part` so far.
    subscript(_ part: ForwardPart) -> Double { seconds[Self.index(part)] }

    private static func index(_ part: ForwardPart) -> Int {
        switch part {
        case .embedding: 0
        case .projections: 1
        case .attention: 2
        case .elementwise: 3
        case .head: 4
        case .dequantising: 5
        }
    }
}
