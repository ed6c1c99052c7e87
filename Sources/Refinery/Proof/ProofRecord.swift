import Foundation

/// What came of a proof: `proof.json`.
public struct ProofRecord: Codable, Sendable, Equatable {
    /// What a proof says of a rule.
    public enum Verdict: String, Codable, Sendable {
        /// Its students need fewer bits than those of the matched random draw.
        case helps
        /// The interval holds 0.
        case noDifference = "no_difference"
        /// Its students need more bits.
        case hurts
        /// The control did not lose, so nothing can be seen.
        case blind
        /// What judges was not named before the run, or the deciding arms are not trained yet.
        case none
    }

    /// What one arm's students reached.
    public struct ArmResult: Codable, Sendable, Equatable {
        /// The arm.
        public var arm: ProofArm
        /// Chunks that it has, of its first seed.
        public var chunks: Int64
        /// Predicted tokens that it has, mean over seeds.
        public var tokens: Int64
        /// Bits a byte on the judging documents, mean over seeds.
        public var bitsPerByte: Double
        /// Each domain's bits a byte, mean over seeds, in the order of ``ProofRecord/domains``.
        public var domains: [Double]
        /// The learning curve, mean over seeds.
        public var curve: [ProofStudent.Point]

        private enum CodingKeys: String, CodingKey {
            case arm, chunks, tokens, domains, curve
            case bitsPerByte = "bits_per_byte"
        }
    }

    /// A domain of the judging documents.
    public struct Domain: Codable, Sendable, Equatable {
        /// Its name; nil for none.
        public var name: String?
        /// Documents of it.
        public var documents: Int
    }

    /// The version that made it.
    public var version: String
    /// The plan.
    public var plan: ProofPlan
    /// The pair's fingerprints.
    public var models: ByRole<String>
    /// The domains of the judging documents, most bytes first.
    public var domains: [Domain]
    /// The arms whose students are all trained.
    public var arms: [ArmResult]
    /// The rule against the matched random draw: the one contrast named before the run.
    public var primary: ProofContrast?
    /// The random draw against the same with a quarter shuffled.
    public var control: ProofContrast?
    /// The other arms against the matched random draw, and the selection beside the rule against
    /// the rule, adjusted by Holm's method.
    public var others: [ProofContrast]
    /// The smallest gain that such students and documents show in four proofs of five, bits a byte.
    public var detectable: Double?
    /// What it says.
    public var verdict: Verdict

    /// Reads a folder's record; nil where it has none.
    ///
    /// - Throws: What the file system or the decoder throws.
    public static func read(folder: String) throws -> ProofRecord? {
        guard let bytes = FileManager.default.contents(atPath: folder + "/proof.json") else {
            return nil
        }
        return try JSONDecoder().decode(ProofRecord.self, from: bytes)
    }

    /// Computes what the students that are trained say.
    ///
    /// - Parameters:
    ///   - plan: the plan.
    ///   - models: the pair's fingerprints.
    ///   - students: those that are trained, of any arm.
    init(_ plan: ProofPlan, models: ByRole<String>, students: [ProofStudent]) {
        let byArm = Dictionary(grouping: students, by: \.arm)
            .mapValues { $0.sorted { $0.seed < $1.seed } }
            .filter { $0.value.count == plan.request.seeds }
        version = refineryVersion
        self.plan = plan
        self.models = models
        let target = plan.target
        let groups = Self.groups(target)
        domains = groups.map { Domain(name: $0.name, documents: $0.places.count) }
        arms = plan.request.arms.compactMap { arm in
            byArm[arm].map { Self.result(arm, $0, target, groups.map(\.places)) }
        }
        func contrast(_ arm: ProofArm, over baseline: ProofArm) -> ProofContrast? {
            guard let own = byArm[arm], let base = byArm[baseline] else { return nil }
            return ProofContrast(
                (arm, own.map(\.nll)), over: (baseline, base.map(\.nll)), bytes: target.bytes)
        }
        primary = contrast(.rule, over: .matched)
        control = contrast(.random, over: .shuffled)
        others = ProofContrast.holm(
            ([.random] + ProofArm.others + [.beside]).compactMap { contrast($0, over: .matched) }
                + [contrast(.beside, over: .rule)].compactMap(\.self))
        detectable = contrast(.random, over: .matched)?.detectable(
            seeds: plan.request.seeds, documents: target.documents.count)
        verdict = .none
        if plan.request.hasVerdict, let primary, let control {
            verdict =
                control.lower <= 0
                ? .blind : primary.lower > 0 ? .helps : primary.upper < 0 ? .hurts : .noDifference
        }
    }

    /// The places of each domain's documents, most bytes first.
    private static func groups(_ target: ProofTarget) -> [(name: String?, places: [Int])] {
        let places = Dictionary(grouping: target.documents.indices) {
            target.documents[$0].domain
        }
        func bytes(_ places: [Int]) -> Int {
            places.reduce(0) { $0 + target.documents[$1].bytes }
        }
        return places.map { (name: $0.key, places: $0.value) }
            .sorted { (bytes($0.places), $1.name ?? "") > (bytes($1.places), $0.name ?? "") }
    }

    private static func result(
        _ arm: ProofArm, _ students: [ProofStudent], _ target: ProofTarget, _ groups: [[Int]]
    ) -> ArmResult {
        func mean(_ value: (ProofStudent) -> Double) -> Double {
            students.reduce(0) { $0 + value($1) } / Double(students.count)
        }
        let curve = students[0].curve.indices.map { place in
            var point = students[0].curve[place]
            point.bitsPerByte = mean { $0.curve[place].bitsPerByte }
            return point
        }
        return ArmResult(
            arm: arm, chunks: students[0].chunks, tokens: Int64(mean { Double($0.tokens) }),
            bitsPerByte: mean { target.bitsPerByte($0.nll) },
            domains: groups.map { places in
                let bytes = places.reduce(0) { $0 + target.documents[$1].bytes }
                return mean { student in
                    places.reduce(0) { $0 + student.nll[$1] } / M_LN2 / Double(max(1, bytes))
                }
            }, curve: curve)
    }
}
