import ArgumentParser
import Refinery

/// How much of a corpus the teacher reads.
struct TeacherShareOptions: ParsableArguments {
    @Option(
        name: .customLong("teacher-share"),
        help: ArgumentHelp(
            "The share of the chunks that the teacher reads, above 0; what it would say of the others is expected from what the reference saw (all).",
            valueName: "share"))
    var text: String?

    /// The share; nil for everything.
    var share: DecimalFraction? {
        guard let text, let share = try? DecimalFraction(text) else { return nil }
        return share.floorTimes(10) == 10 ? nil : share
    }

    /// Refuses what is no share.
    func validate() throws {
        guard let text else { return }
        let share = try ValidationError.rethrow { try DecimalFraction(text) }
        guard share.floorTimes(1_000_000) > 0 else {
            throw ValidationError("--teacher-share must be from 0.000001 to 1, not \(text)")
        }
    }

    /// Refuses a rule that needs what the teacher does not read.
    func validate(_ selecting: SelectingOptions) throws {
        guard share != nil else { return }
        let rule = applied(
            to: try ValidationError.rethrow { try selecting.rule(corpus: nil) },
            namesScore: selecting.order.score != nil)
        guard let column = rule.teacherColumns.first else { return }
        throw ValidationError(
            "\(column.name) needs the teacher's sums, which chunks lack that it does not read: take "
                + "\(Column.expectedDifference.name), or leave --teacher-share out")
    }

    /// The rule, which goes by what is expected where nobody named a score.
    func applied(to rule: SelectionRule, namesScore: Bool) -> SelectionRule {
        guard share != nil, !namesScore else { return rule }
        var rule = rule
        rule.score = .column(.expectedDifference)
        return rule
    }
}
