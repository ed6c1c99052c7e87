import Foundation
import ReferenceTraining

extension ProofRecord {
    /// The verdict in a sentence or two that a person can repeat.
    public var sentence: String {
        guard let primary, let control else {
            return "The deciding arms are not trained yet."
        }
        let selection = "\"\(plan.request.selection)\""
        let numbers =
            "\(Self.number(primary.gain)) bits a byte (95 % interval \(Self.interval(primary)))"
        let scope =
            "for students of \(plan.shape.parameters) parameters after "
            + "\(plan.keptTokens * plan.request.epochs) tokens, judged by \(plan.target.words)"
        switch verdict {
        case .helps:
            return "\(selection) helps: its students need \(numbers) fewer than those of a matched "
                + "random draw, \(scope)."
        case .hurts:
            return
                "\(selection) hurts: its students need \(Self.number(-primary.gain)) bits a byte "
                + "(95 % interval \(Self.number(-primary.upper)) to \(Self.number(-primary.lower))) "
                + "more than those of a matched random draw, \(scope)."
        case .noDifference:
            return "No difference seen between \(selection) and a matched random draw: "
                + "\(numbers), \(scope)."
        case .blind:
            return "The proof is blind: students that learned from shuffled words were not worse "
                + "(\(Self.gain(control)) bits a byte, 95 % interval \(Self.interval(control))), so "
                + "no difference between good selections could be seen. Give more tokens, more "
                + "--epochs or more --seeds, and another folder by --output."
                + (primary.lower > 0 || primary.upper < 0
                    ? " Beside a matched random draw the rule's students gained \(numbers) all the "
                        + "same, which no working control vouches for." : "")
        case .none:
            return
                "No verdict, since what judges was not named before the run: the rule's students "
                + "gain \(numbers) over a matched random draw, \(scope). Name --target or "
                + "--judge-domains."
        }
    }

    /// What is noteworthy of the arms, each with what to do.
    public var warnings: [String] {
        guard let rule = arms.first(where: { $0.arm == .rule }) else { return [] }
        return arms.filter { Double($0.tokens) < 0.97 * Double(rule.tokens) }.map { arm in
            "\(arm.arm.words) has \(arm.tokens) tokens where the rule has \(rule.tokens), so its "
                + "students read some of them twice: this favours the rule"
        }
    }

    /// `+0.0123`.
    static func gain(_ contrast: ProofContrast) -> String { number(contrast.gain, signed: true) }

    /// `0.0100 to 0.0146`.
    static func interval(_ contrast: ProofContrast) -> String {
        number(contrast.lower) + " to " + number(contrast.upper)
    }

    static func number(_ value: Double, signed: Bool = false) -> String {
        String(format: signed ? "%+.4f" : "%.4f", value)
    }

    /// The head of ``contrastRows``.
    public static let contrastHead = [
        "arm", "against", "gain, bits a byte", "95 % interval", "gain, %", "p",
    ]

    /// The contrasts as rows of text, the primary one first.
    public var contrastRows: [[String]] {
        ([primary, control].compactMap(\.self) + others).map { contrast in
            [
                contrast.arm.words, contrast.baseline.words, Self.gain(contrast),
                Self.interval(contrast), String(format: "%+.2f", 100 * contrast.share),
                contrast.p < 0.0001 ? "< 0.0001" : String(format: "%.4f", contrast.p),
            ]
        }
    }

    /// The arms' bits a byte as rows of text: of all documents, then of each domain.
    public var armTable: (head: [String], rows: [[String]]) {
        (
            ["judged on", "documents"] + arms.map(\.arm.words),
            [["(tokens learned from)", ""] + arms.map { "\($0.tokens)" }]
                + [
                    ["all", "\(plan.target.documents.count)"]
                        + arms.map { Self.number($0.bitsPerByte) }
                ]
                + domains.indices.map { place in
                    [domains[place].name ?? "(none)", "\(domains[place].documents)"]
                        + arms.map { Self.number($0.domains[place]) }
                }
        )
    }
}
