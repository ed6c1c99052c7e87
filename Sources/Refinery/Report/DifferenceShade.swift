/// How a token's difference is coloured: a step of a scale from orange (the reference is better) over
/// none to blue (the teacher is better).
public enum DifferenceShade {
    /// Steps to either side.
    public static let steps = 4

    /// −4…4; half a nat a step at first, then more: 0.5, 1, 2 and 4 nats.
    public static func of(_ difference: Double?) -> Int {
        guard let difference else { return 0 }
        let size = difference.magnitude
        let step = size < 0.5 ? 0 : size < 1 ? 1 : size < 2 ? 2 : size < 4 ? 3 : 4
        return difference < 0 ? -step : step
    }
}
