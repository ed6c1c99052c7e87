import Foundation

extension EstimateRecord {
    /// The limits of the warnings; docs/proof.md has the reason of each.
    enum Limit {
        /// A pair must beat each kind of spoiled twin at least so often.
        static let caught = 0.8
        /// Where low teacher loss alone picks more than this, a reference earns nothing.
        static let pickedByLoss = 0.85
        /// A single chunk's difference is noise below this.
        static let reliability = 0.6
        /// Fewer chunks behind the guards judge no pair.
        static let judges = 30
        /// Fewer chunks leave wide intervals.
        static let chunks = 100
    }

    /// What is noteworthy, each with what to do.
    func judge() -> [String] {
        var warnings: [String] = []
        func number(_ value: Double, _ digits: Int = 2) -> String {
            String(format: "%.\(digits)f", value)
        }
        if corpus.readShare < 0.999 {
            warnings.append(
                "only \(number(100 * corpus.readShare, 1)) % of the files were read in time: the "
                    + "rest is taken to be like it; give more --minutes")
        }
        if chunks < Limit.chunks {
            warnings.append(
                "only \(chunks) chunks were scored, so the intervals are wide: "
                    + (Int64(chunks + failed) < corpus.documents
                        ? "give more --minutes"
                        : "one of each document, and there are no more"))
        }
        guard let pair else { return warnings }
        let unjudged = pair.twins.filter { $0.twins == 0 }.map(\.kind.words)
        if pair.chunks < Limit.judges || !unjudged.isEmpty {
            warnings.append(
                "the pair was judged by \(pair.chunks) chunks"
                    + (unjudged.isEmpty
                        ? "" : " and by no twin with \(unjudged.joined(separator: ", "))")
                    + ", and guards removed \(pair.removed): too little to trust it")
        }
        for twin in pair.twins where twin.twins > 0 && twin.caught.lower < Limit.caught {
            let share = "\(number(100 * twin.caught.value, 0)) %"
            warnings.append(
                twin.caught.upper < Limit.caught
                    ? "do not use this pair: it ranks text with \(twin.kind.words) below its "
                        + "original in \(share) of \(twin.twins) cases, and 80 % are the least; "
                        + "train a reference on a slice of this corpus (refinectl train-reference)"
                    : "do not use this pair without more evidence: it ranks text with "
                        + "\(twin.kind.words) below its original in \(share) of \(twin.twins) cases, "
                        + "which may be less than 80 % of all; give more --minutes")
        }
        if let gap = pair.gap?.value {
            let unit: ScoreUnit = pair.per == .token ? .token : .byte
            let usable = PairSummary.usable(unit)
            switch PairSummary.judge(gap: gap, unit) {
            case .usable: break
            case .weakReference:
                warnings.append(
                    "the mean difference is \(number(gap)) nats a \(pair.per.rawValue), above "
                        + "\(usable.upperBound): the reference is too weak, so differences say what the teacher "
                        + "knows of language; train it longer or larger")
            case .closeTeacher:
                warnings.append(
                    "the mean difference is \(number(gap, 3)) nats a \(pair.per.rawValue), below "
                        + "\(usable.lowerBound): the teacher knows little more than the reference; take a "
                        + "larger teacher or a smaller reference")
            }
        }
        if let picked = pair.pickedByLoss?.value, picked > Limit.pickedByLoss {
            warnings.append(
                "low teacher loss alone would pick \(number(100 * picked, 0)) % of the better "
                    + "half: a perplexity filter would do, and costs no reference")
        }
        if let reliability = pair.reliability?.value, reliability < Limit.reliability {
            warnings.append(
                "the reliability of a chunk's difference is \(number(reliability)), below "
                    + "\(Limit.reliability): single chunks are ranked by noise; take longer chunks "
                    + "(--max-tokens) or select whole documents (--unit document)")
        }
        return warnings
    }
}
