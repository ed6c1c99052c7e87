import Refinery
import TeacherInference

/// What `inspect` says of a teacher and a reference together.
struct PairReport: Codable, Sendable, Equatable {
    /// Both turn every text into the same ids.
    var sameTokenizer: Bool
    /// Both are the same in all that decides scores; nil where that was not looked at: without
    /// fingerprints only models of one file are known to be the same.
    @NullEncoded var sameModel: Bool?
    /// What a difference is taken over: `token`, `byte`, or `none` where the pair is refused.
    var per: String
    /// Why the pair is refused.
    @NullEncoded var reason: String?
    /// Bytes of both models' weights and of all threads, each of which works with both.
    var memoryBytes: Int
    /// Hours that a gigabyte of text takes with both, where that was measured.
    @NullEncoded var hoursPerGB: Double?

    private enum CodingKeys: String, CodingKey {
        case per, reason
        case sameTokenizer = "same_tokenizer"
        case sameModel = "same_model"
        case memoryBytes = "memory_bytes"
        case hoursPerGB = "hours_per_gb"
    }

    /// One model of a pair, as it was found.
    struct Side {
        /// The model.
        let model: any ScoringModel
        /// The digest of its tokenizer.
        let tokenizerDigest: String
        /// Its fingerprint; nil where it was not asked for.
        let fingerprint: String?
        /// How fast it scores, where that was measured.
        let speed: MeasuredSpeed?

        /// A model that this process reads.
        init(_ found: (model: LanguageModel, report: InspectReport)) {
            model = found.model
            (tokenizerDigest, fingerprint) = (
                found.report.tokenizerDigest, found.report.fingerprint
            )
            speed = found.report.speed
        }

        /// A model that an engine serves.
        init(_ found: (model: ServedModel, report: ServedReport)) {
            model = found.model
            (tokenizerDigest, fingerprint) = (
                found.report.tokenizerDigest, found.report.fingerprint
            )
            speed = found.report.speed
        }
    }

    /// A teacher and a reference, compared as `refine` and the daemon do.
    init(_ teacher: Side, _ reference: Side, _ configuration: InspectReport.Configuration) {
        sameTokenizer = teacher.tokenizerDigest == reference.tokenizerDigest
        if let first = teacher.fingerprint, let second = reference.fingerprint {
            sameModel = first == second
        } else {
            let isOne =
                !teacher.model.weightFiles.isEmpty
                && teacher.model.weightFiles == reference.model.weightFiles
                && teacher.model.contextRule == reference.model.contextRule
                && teacher.tokenizerDigest == reference.tokenizerDigest
            sameModel = isOne ? true : nil
        }
        do {
            let comparison = try PairComparison(
                teacher: teacher.model, teacher.tokenizerDigest,
                reference: reference.model, reference.tokenizerDigest)
            for model in [teacher.model, reference.model] {
                try PairComparison.checkFit(model, maxTokens: configuration.maxTokens)
            }
            per = comparison.rawValue
        } catch {
            per = "none"
            let failure = Failure(error)
            reason = failure.hint.map { "\(failure.message); \($0)" } ?? failure.message
        }
        memoryBytes = configuration.memory([teacher.model, reference.model]).bytes
        if let first = teacher.speed?.hoursPerGB, let second = reference.speed?.hoursPerGB {
            // An engine works beside this machine's cores.
            let isSideBySide = [teacher.model, reference.model].contains {
                $0.remoteWorkers != nil
            }
            hoursPerGB = isSideBySide ? max(first, second) : first + second
        }
    }

    /// The comparison for people.
    func render() -> String {
        var text =
            "the models \(sameTokenizer ? "share a tokenizer" : "have different tokenizers"): "
        switch per {
        case "none": text += "as a pair they are refused: \(reason ?? "")\n"
        default: text += "their difference is taken per \(per)\n"
        }
        text += "memory for both: \(NumberText.bytes(Int64(memoryBytes)))\n"
        if let hoursPerGB {
            text += "time for both: \(NumberText.fixed(hoursPerGB, 1)) hours a GB of English text\n"
        }
        return NumberText.printableLines(text)
    }
}
