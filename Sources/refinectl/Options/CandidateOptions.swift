import ArgumentParser
import Refinery

/// What may be kept: filters, guards, duplicates.
struct CandidateOptions: ParsableArguments {
    @Option(
        name: .customLong("exclude-ids"),
        help: ArgumentHelp(
            "Leave the documents out that this file names: an id a line, or JSONL with corpus and id.",
            valueName: "file"))
    var excludeIDs: String?

    @Flag(help: "With --exclude-ids: leave exact copies of those texts out, too.")
    var andCopies = false

    @Flag(
        help: "Choose from the documents that the reference was trained on, too.")
    var keepSlice = false

    @Option(
        help: ArgumentHelp(
            "Leave this domain out; may be given more than once.", valueName: "domain"))
    var excludeDomain: [String] = []

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            "Only values from LO to HI, numbers or quantiles such as q0.25, or of the categories COLUMN=NAME,NAME; may be given more than once.",
            valueName: "column=lo..hi"), completion: NameCompletion.columns)
    var filters: [String] = []

    @Option(help: ArgumentHelp("Shorter chunks are no candidates.", valueName: "n"))
    var minTokens = 32

    @Option(
        help: ArgumentHelp(
            "Chunks with a larger share of repeated 8-token windows are no candidates.",
            valueName: "share"))
    var maxRepetition = 0.5

    @Option(
        help: ArgumentHelp(
            "Of documents that are at least this much alike, keep the one with the highest difference (off; 0.8 is usual).",
            valueName: "similarity"))
    var nearDuplicates: Double?

    @Option(
        help: ArgumentHelp(
            "Leave out what quotes 13 words in a row of this benchmark's questions, JSONL or text; may be given more than once.",
            valueName: "file"))
    var decontaminate: [String] = []

    @Flag(help: "Turn the guard against short chunks off.")
    var noShortGuard = false

    @Flag(help: "Turn the guard against repetition off.")
    var noRepetitionGuard = false

    @Flag(help: "Turn all guards off.")
    var noGuards = false

    @Flag(help: "Keep exact duplicates at each of their places.")
    var keepDuplicates = false

    @Flag(help: "Pass over chunks that are not scored yet.")
    var partial = false

    @Flag(help: "Take what is expected of unread chunks even where that says little.")
    var anyway = false

    /// Refuses filters that cannot be read.
    func validate() throws {
        _ = try ranges()
        guard excludeIDs != nil || !andCopies else {
            throw ValidationError("--and-copies goes with --exclude-ids FILE")
        }
        guard excludeIDs != "-" else {
            throw ValidationError("--exclude-ids reads a file, not stdin")
        }
        guard !decontaminate.contains("-") else {
            throw ValidationError("--decontaminate reads files, not stdin")
        }
    }

    /// The guards that are on; `benchmarks` are what the files hold.
    func guards(_ benchmarks: [BenchmarkFile]) -> Guards {
        Guards(
            minTokens: noGuards || noShortGuard ? nil : minTokens,
            maxRepetition: noGuards || noRepetitionGuard ? nil : maxRepetition,
            contamination: noGuards ? [] : benchmarks,
            nearDuplicates: noGuards ? nil : nearDuplicates)
    }

    /// The filters.
    func ranges() throws -> [ColumnRange] {
        try ValidationError.rethrow { try filters.map { try ColumnRange($0) } }
    }
}
