/// Why a configuration cannot be used: every problem, not only the first.
struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file, where there is one.
    var file: String?
    /// One line each.
    var problems: [String]

    /// The problems, one a line.
    var description: String {
        let place = file.map { " \($0)" } ?? ""
        guard problems.count != 1 else { return "configuration\(place): \(problems[0])" }
        return "configuration\(place): \(problems.count) problems\n"
            + problems.map { "  - \($0)" }.joined(separator: "\n")
    }
}
