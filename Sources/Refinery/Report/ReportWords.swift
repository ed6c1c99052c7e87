import Foundation

/// What a report says in sentences.
enum ReportWords {
    /// What was kept, in one paragraph.
    static func verdict(_ selection: SelectionSummary) -> String {
        let noun = selection.rule.unit.rawValue
        let all = selection.rule.unit == .chunk ? selection.chunks : selection.documents
        let kept = selection.rule.unit == .chunk ? selection.keptChunks : selection.keptDocuments
        var words = "Kept \(count(kept)) of \(counted(all, noun))"
        let tokens = selection.scoredTokens ?? selection.tokens
        words +=
            ": \(count(selection.keptTokens)) of \(counted(tokens, "scored token")) "
            + "(\(NumberText.share(selection.keptTokens, of: tokens)))."
        let rows = selection.domainRows.filter { $0.before.domain != DomainTally.others }
        func names(_ rows: [SelectionSummary.DomainRow]) -> [String] {
            rows.map { $0.before.domain ?? DomainName.none }
        }
        func share(_ row: SelectionSummary.DomainRow) -> Double {
            Double(row.after?.keptTokens ?? 0) / Double(max(1, row.before.tokens))
        }
        func shares(_ rows: [SelectionSummary.DomainRow]) -> String {
            list(
                zip(names(rows), rows).map { name, row in
                    "\(name) (\(NumberText.share(row.after?.keptTokens ?? 0, of: row.before.tokens)))"
                })
        }
        let byTokens = rows.filter { $0.before.tokens > 0 }
            .sorted { $0.before.tokens > $1.before.tokens }
        let gone = byTokens.filter { share($0) == 0 }
        let overall = Double(selection.keptTokens) / Double(max(1, tokens))
        let disfavoured = byTokens.filter {
            share($0) > 0 && share($0) < min(overall / 1.3, overall - 0.05)
        }.sorted { share($0) < share($1) }
        let favoured = byTokens.filter { share($0) > max(1.3 * overall, overall + 0.05) }
            .sorted { share($0) > share($1) }
        if rows.count > 1, selection.keptTokens > 0 {
            if !gone.isEmpty { words += " Left out whole: \(list(names(gone)))." }
            if !disfavoured.isEmpty { words += " Kept less than others: \(shares(disfavoured))." }
            if !favoured.isEmpty { words += " Kept more than others: \(shares(favoured))." }
        }
        if let near = selection.undecided {
            words +=
                " At the cut, \(counted(near, noun)) \(near == 1 ? "lies" : "lie") within 1e-4: "
                + "another machine may decide otherwise."
        }
        return words
    }

    /// Why these, in one paragraph: the order, where it ends, and what a difference tells.
    static func reason(_ selection: SelectionSummary) -> String {
        let rule = selection.rule
        var words = order(rule) + " " + size(rule)
        if let mix = rule.mix { words += " " + self.mix(mix, most: 8) }
        if let lack = lack(selection) { words += " " + lack }
        if rule.baseline == nil, !rule.ascending,
            rule.score == .column(.difference) || rule.score == .column(.expectedDifference)
        {
            words +=
                " A difference is the reference's loss less the teacher's. It is high where the "
                + "teacher has learnt what the small reference has not, so that a student has most "
                + "to gain; text that both know, and noise that neither knows, is low."
        }
        return words
    }

    /// What the pair's losses say of it, and whether that is a warning.
    static func pair(_ pair: PairSummary, _ unit: ScoreUnit) -> (words: String, isWarning: Bool) {
        let per = unit.rawValue
        let gap = NumberText.fixed(pair.gap, 3)
        let words =
            "On the mean candidate the teacher needs \(gap) nats a \(per) fewer than the reference, "
            + "and it is the better one on \(NumberText.fixed(100 * pair.teacherBetter, 1)) % of them."
        let correlation =
            pair.correlation.map { " The losses correlate at \(NumberText.fixed($0, 2))." } ?? ""
        let usable = PairSummary.usable(unit)
        switch PairSummary.judge(gap: pair.gap, unit) {
        case .usable:
            return (
                words + " This is what a usable pair shows: \(usable.lowerBound) to "
                    + "\(usable.upperBound) nats." + correlation, false
            )
        case .weakReference:
            return (
                words + " \(gap) is above \(usable.upperBound): the reference is too weak, so "
                    + "differences say what the teacher knows of language as a whole. Train it "
                    + "longer or larger." + correlation, true
            )
        case .closeTeacher:
            return (
                words + " \(gap) is below \(usable.lowerBound): the teacher knows little more than "
                    + "the reference. Take a larger teacher or a smaller reference." + correlation,
                true
            )
        }
    }

    private static func order(_ rule: SelectionRule) -> String {
        if let baseline = rule.baseline {
            return "Drawn at random, whatever the scores, from "
                + (baseline.from == .all ? "everything scored" : "the candidates")
                + " (seed \(baseline.seed))."
        }
        if let sample = rule.sample {
            return "Drawn by lot in favour of a better \(rule.score) (temperature "
                + "\(sample.temperature), seed \(sample.seed))."
        }
        return "Ordered by \(rule.score), \(rule.ascending ? "the lowest" : "the highest") first."
    }

    /// The rule, a sentence an entry.
    static func rule(_ rule: SelectionRule) -> [String] {
        var words: [String] = []
        if let corpus = rule.corpus { words.append("Chosen from the corpus \"\(corpus)\" alone.") }
        words.append(order(rule))
        words.append(size(rule))
        if let mix = rule.mix { words.append(self.mix(mix, most: .max)) }
        if !rule.match.isEmpty {
            words.append(
                "Matched by \(list(rule.match.map(\.rawValue))) with the selection that it is like."
            )
        }
        if rule.partial { words.append("Taken before everything was scored.") }
        return words
    }

    private static func size(_ rule: SelectionRule) -> String {
        let amount: String
        switch rule.size {
        case .topK(let n): amount = counted(n, rule.unit.rawValue)
        case .ratio(let share): amount = "\(percent(share)) of the candidates"
        case .tokenBudget(let n): amount = counted(n, "token")
        case .tokenRatio(let share): amount = "\(percent(share)) of the candidates' tokens"
        case .minScore(let least): return "Kept every score of at least \(least)."
        case .like(let name):
            return "\(rule.mix == nil ? "Kept" : "Asked for") as many tokens as the selection "
                + "\"\(name)\"."
        }
        return rule.mix == nil ? "Kept the first \(amount)." : "Asked for \(amount) by a mix."
    }

    /// What a mix gives to whom, at most so many by name.
    private static func mix(_ mix: Mix, most: Int) -> String {
        let group = mix.by.map { "category of \($0.name)" } ?? "domain"
        var words = "The first of each \(group) are kept, up to a share of its own"
        if let parts = mix.parts {
            let names = parts.map { "\($0.domain) \($0.weight)" }
            words += ": \(list(names, most: most)); others have none."
        } else {
            words += ", that of the candidates' tokens."
        }
        if mix.spill { words += " What one leaves over is offered to the others." }
        return words
    }

    /// That less was kept than was asked for, and why; nil where it was not.
    private static func lack(_ selection: SelectionSummary) -> String? {
        let rule = selection.rule
        var isByTokens = false
        let asked: Int
        switch rule.size {
        case .topK(let n): asked = n
        case .ratio(let share): asked = share.floorTimes(selection.candidates)
        case .tokenBudget(let n):
            asked = n
            isByTokens = true
        case .tokenRatio(let share):
            asked = share.floorTimes(selection.tokens)
            isByTokens = true
        case .minScore, .like: return nil
        }
        let kept = isByTokens ? selection.keptTokens : selection.keptChunks
        // What the next chunk would not fit into lacks in most selections by tokens.
        guard kept < asked, !isByTokens || Double(kept) < 0.99 * Double(asked) else { return nil }
        let noun = isByTokens ? "token" : rule.unit.rawValue
        let all = isByTokens ? selection.tokens : selection.candidates
        var words =
            "Less was kept than was asked for: \(count(kept)) of \(counted(asked, noun)), "
            + "\(NumberText.share(kept, of: all)) of the candidates"
            + (isByTokens ? "' tokens" : "")
        if let mix = rule.mix {
            let gone = used(mix, selection)
            if !gone.isEmpty { words += ", since there was no more of \(list(gone))" }
        } else if selection.keptChunks == selection.candidates {
            words += ", since there was no more"
        }
        return words + "."
    }

    /// The domains or categories of a mix that are kept whole, or that had nothing to keep.
    private static func used(_ mix: Mix, _ selection: SelectionSummary) -> [String] {
        let groups = mix.by == nil ? selection.domains : selection.categories ?? []
        var names = groups.filter { $0.chunks > 0 && $0.keptChunks == $0.chunks }
            .map { $0.domain ?? DomainName.none }
        let known = groups.map { $0.domain ?? DomainName.none }
        // Of very many domains the last are counted together.
        if !known.contains(DomainName.others) {
            names += (mix.parts ?? []).filter { $0.weight.billionths > 0 }.map(\.domain)
                .filter { !known.contains($0) }
        }
        return names.filter { $0 != DomainName.others }
    }

    private static func percent(_ share: DecimalFraction) -> String {
        Double(share.description).map { String(format: "%g %%", 100 * $0) } ?? "\(share)"
    }

    /// A step of the rule, as a person says it.
    ///
    /// - Parameters:
    ///   - label: as in ``Removal/by``.
    ///   - guards: of the rule.
    /// - Returns: Words; the label for steps that have none.
    static func step(_ label: String, _ guards: Guards) -> String {
        switch StepName(rawValue: label) {
        case .excludedIDs: "named in the file of ids"
        case .slice: "the reference was trained on it"
        case .excludedDomains: "of an excluded domain"
        case .length: "fewer than \(guards.minTokens ?? 0) tokens"
        case .repetition: "repeats itself"
        case .contamination: "quotes a benchmark"
        case .nearDuplicates: "nearly the same as another"
        case .duplicates: "the same text as another"
        case .range, nil: label
        }
    }

    /// Why an example was kept or dropped, in one sentence.
    static func reason(
        _ example: ReportData.Example, _ selection: SelectionSummary
    ) -> String {
        let verb = example.isKept ? "Kept" : "Dropped"
        let rule = selection.rule
        let rank =
            "rank \(count(example.rank)) of \(counted(selection.candidates, "candidate"))"
        if rule.drawsLots { return "\(verb) by lot: \(rank)." }
        guard let cut = selection.cut else {
            let what =
                rule.mix != nil ? "its group's share of the mix" : "what the selection is like"
            return "\(verb): \(rank), where \(what) decides."
        }
        let away = example.score - cut
        return "\(verb): \(rank); its score of \(NumberText.fixed(example.score, 4)) is "
            + (away == 0
                ? "the cut."
                : "\(NumberText.fixed(away.magnitude, 4)) \(away > 0 ? "above" : "below") the cut "
                    + "of \(NumberText.fixed(cut, 4)).")
    }

    /// `a, b and c`.
    static func list(_ words: [String], most: Int = 8) -> String {
        var words = words
        if words.count > most {
            words = words.prefix(most - 1) + ["\(words.count - most + 1) more"]
        }
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " and " + last
    }

    private static func count(_ value: Int) -> String { NumberText.count(value) }

    private static func counted(_ value: Int, _ noun: String) -> String {
        NumberText.counted(Int64(value), noun)
    }
}

extension Removal {
    /// What the step removed, as a person says it.
    ///
    /// - Parameter guards: of the rule.
    /// - Returns: Words such as `fewer than 32 tokens`.
    public func words(_ guards: Guards) -> String { ReportWords.step(by, guards) }
}
