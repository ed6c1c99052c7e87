/// How many cases ended how.
struct FuzzTally {
    /// Ways in which a case can fail.
    enum Failure: String, CaseIterable {
        /// The process died.
        case crash
        /// It was not done within the time limit.
        case hang
        /// It was done only with more memory than the files' size allows.
        case memory
        /// It gave an answer that no file may make us give.
        case wrong
    }

    /// Cases whose child lived to tell.
    private(set) var cases = 0
    /// Models that were taken and scored with.
    private(set) var models = 0
    /// Tokenizers that were taken.
    private(set) var tokenizers = 0
    /// The most memory that a case had resident, in bytes.
    private(set) var mostMemory = 0
    /// The most of that a byte of the model's files, where those are a MiB or more.
    private(set) var mostPerByte = 0.0
    /// Cases that failed.
    var failures: [Failure: Int] = [:]
    /// Seconds in all.
    var seconds = 0.0

    /// Counts one case, of a model of `size` bytes.
    mutating func add(tokenizes: Bool, scores: Bool, memory: Int, size: Int) {
        cases += 1
        models += scores ? 1 : 0
        tokenizers += tokenizes ? 1 : 0
        mostMemory = max(mostMemory, memory)
        if size >= 1 << 20 { mostPerByte = max(mostPerByte, Double(memory) / Double(size)) }
    }

    /// One line for people and for tests.
    func summary(seed: UInt64, first: Int) -> String {
        let failed = Failure.allCases.map { "\($0.rawValue) \(failures[$0] ?? 0)" }
        return "fuzz: seed \(seed), from case \(first), \(cases) cases in \(Int(seconds)) s: "
            + "\(models) models and \(tokenizers) tokenizers loaded, \(cases - models) models "
            + "refused; \(failed.joined(separator: ", ")); most memory of a case "
            + "\(mostMemory >> 20) MiB, of a byte of files of a MiB and more "
            + "\(Int(mostPerByte.rounded(.up))) bytes"
    }
}
