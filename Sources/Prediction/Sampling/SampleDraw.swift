/// Draws a teacher's sample from chunks that pass one by one, in memory of the sample's size.
public struct SampleDraw: Sendable {
    /// The chunks of one domain so far.
    private struct Domain {
        var count = 0
        /// Those below the sample's threshold.
        var below: [Int] = []
        /// Those with the lowest places, ascending, as many as a domain may be filled up to.
        var lowest: [(place: Int, chunk: Int)] = []
    }

    private let sample: TeacherSample
    private var domains: [Int: Domain] = [:]
    private var count = 0

    /// No chunks yet.
    public init(_ sample: TeacherSample) { self.sample = sample }

    /// Takes in the next chunk.
    ///
    /// - Parameters:
    ///   - chunk: its number, higher than that of the chunk before.
    ///   - place: of its text.
    ///   - domain: an index of its domain.
    public mutating func add(_ chunk: Int, place: Int, domain: Int) {
        count += 1
        var found = domains.removeValue(forKey: domain) ?? Domain()
        found.count += 1
        if place < sample.threshold { found.below.append(chunk) }
        let last = found.lowest.last
        if found.lowest.count < TeacherSample.mostOfFloor || place < last?.place ?? 0 {
            // Equal places in order of the chunks.
            let at = found.lowest.firstIndex { $0.place > place } ?? found.lowest.count
            found.lowest.insert((place, chunk), at: at)
            if found.lowest.count > TeacherSample.mostOfFloor { found.lowest.removeLast() }
        }
        domains[domain] = found
    }

    /// The chunks that the sample takes, and how probable each was.
    public func finish() -> TeacherSample.Draw {
        let share = Double(sample.threshold) / Double(TeacherSample.places)
        let expected = Int(share * Double(count))
        let floor = min(TeacherSample.mostOfFloor, expected / (2 * max(domains.count, 1)))
        var chosen: [Int] = []
        var probabilities: [Int: Double] = [:]
        for (domain, chunks) in domains {
            let wanted = min(floor, chunks.count)
            chosen +=
                chunks.below.count >= wanted
                ? chunks.below : chunks.lowest.prefix(wanted).map(\.chunk)
            probabilities[domain] = max(share, Double(wanted) / Double(chunks.count))
        }
        return TeacherSample.Draw(chunks: chosen.sorted(), probabilities: probabilities)
    }
}
