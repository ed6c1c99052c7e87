/// Rows of a column that were decoded together.
struct Segment {
    /// How many rows there are.
    var count = 0
    /// Rows that were handed out.
    var used = 0
    /// A word a row; 0 where it is null.
    var words: RawMemory?
    /// A byte a row, 0 where it is null; nil where none is.
    var validity: RawMemory?
    /// What words are spans of; nil where they are numbers.
    var bytes: RawMemory?

    /// Rows that were not handed out.
    var left: Int { count - used }
}
