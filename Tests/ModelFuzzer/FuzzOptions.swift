import Foundation

/// The command line.
struct FuzzOptions {
    /// What to print where it cannot be understood.
    static let usage = """
        usage: model-fuzzer [--fixtures FOLDER] [--seed N] [--first N] [--cases N | --seconds N]
                            [--only TEXT] [--keep FOLDER]
        Damages the models below FOLDER (Tests/Fixtures) in every way that a seed makes up, opens
        them in child processes of limited time and memory, and exits with 1 if one of them
        crashed, hung, took too much memory or answered wrongly; its files are kept in --keep.
        With --only, models whose name has TEXT in it, and none that is swollen.

        """

    /// Folder of the models to damage.
    var fixtures = "Tests/Fixtures"
    /// What the names of the models to damage have in common; empty for all.
    var only = ""
    /// Decides every case together with its number.
    var seed: UInt64 = 1
    /// Number of the first case.
    var first = 0
    /// Cases to run; all that fit into ``seconds`` where that is given.
    var cases = 1000
    /// Seconds to run for.
    var seconds: Double?
    /// Where the files of a case that failed are kept.
    var keep = "fuzz-failures"
    /// Whether this is a child.
    var isWorker = false
    /// Whether a child limits the memory of a case.
    var limitsMemory = true
    /// Seconds on a processor for one case.
    var caseSeconds = 10
    /// `crash`, `hang` or `memory`: every tenth case does so, to test the parent.
    var provoke = ""

    /// Numbers of the cases.
    var range: Range<Int> { first..<first + cases }

    /// Reads `arguments`; nil where one of them is unknown or its value is no number.
    init?(_ arguments: [String]) {
        var rest = arguments[...]
        func number<T: LosslessStringConvertible>(_ current: T) -> T? {
            rest.popFirst().flatMap(T.init)
        }
        while let option = rest.popFirst() {
            switch option {
            case "--worker": isWorker = true
            case "--no-memory-limit": limitsMemory = false
            case "--fixtures", "--keep", "--only", "--provoke":
                guard let value = rest.popFirst() else { return nil }
                switch option {
                case "--fixtures": fixtures = value
                case "--keep": keep = value
                case "--only": only = value
                default: provoke = value
                }
            case "--seed":
                guard let value = number(seed) else { return nil }
                seed = value
            case "--first", "--cases", "--case-seconds":
                guard let value = number(first), value >= 0, value < 1 << 40 else { return nil }
                switch option {
                case "--first": first = value
                case "--cases": cases = value
                default: caseSeconds = value
                }
            case "--seconds":
                guard let value = number(0.0), value > 0 else { return nil }
                seconds = value
                cases = 1 << 40
            default: return nil
            }
        }
    }
}
