extension ParameterLayout {
    /// Deviation of the first weights of a matrix.
    static let deviation = 0.02

    /// First weights of `seed` into `weights` [count].
    ///
    /// Norms are 1. Matrices are normal with deviation 0.02; those that write to the residual stream
    /// are scaled by 1 / √(2 · layers) (Radford et al. 2019, section 2.3). Each tensor is a stream of
    /// its own.
    func initialise(_ weights: UnsafeMutablePointer<Float>, seed: UInt64, team: ThreadTeam) {
        let residual = Self.deviation / (2 * Double(layers.count)).squareRoot()
        let writers = Set(layers.flatMap { [$0.output.offset, $0.down.offset] })
        let chunk = 1 << 14
        for (index, tensor) in tensors.enumerated() {
            let values = weights + tensor.offset
            guard tensor.decays else {
                values.update(repeating: 1, count: tensor.count)
                continue
            }
            let scale = writers.contains(tensor.offset) ? residual : Self.deviation
            let random = CounterRandom(seed: seed, stream: UInt64(index))
            let count = tensor.count
            team.run((count + chunk - 1) / chunk) { task, _ in
                for place in task * chunk..<min((task + 1) * chunk, count) {
                    values[place] = Float(random.normal(UInt64(place)) * scale)
                }
            }
        }
    }
}
