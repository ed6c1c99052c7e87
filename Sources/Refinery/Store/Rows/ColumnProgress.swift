/// How far the import of a column's file has come, so that one that broke off can go on: how many
/// lines are in, and a digest of them and of how they were read.
struct ColumnProgress: Sendable, Equatable {
    /// Lines, blank ones included.
    var lines = 0
    /// SHA-256 in hexadecimal; empty before the first line.
    var digest = ""
}
