/// What the files beside a datatrove `.ds` say of it; ``NanosetWriter`` has the layout.
public struct NanosetIndex: Sendable, Equatable {
    /// Texts.
    public let texts: Int64
    /// Ids up to the end of the last text.
    public let tokens: Int64
    /// Bytes of an id, by the metadata.
    public let tokenBytes: Int64

    /// Reads `DATA.index` and `DATA.metadata`.
    ///
    /// - Parameter data: path of the `.ds`.
    /// - Throws: ``TrainerFormatError`` where they are not there, or contradict themselves.
    public init(data: String) throws {
        let file = try ReadFile(path: data + ".index")
        guard file.size % 8 == 0 else {
            throw TrainerFormatError("\(file.path) has \(file.size) bytes, no multiple of 8")
        }
        var before: UInt64 = 0
        try file.forEachPiece { piece in
            for offset in stride(from: 0, to: piece.count, by: 8) {
                let end = piece.number(at: offset, as: UInt64.self) ?? 0
                guard end >= before, end <= UInt64(Int64.max) else {
                    throw TrainerFormatError("\(file.path): a text ends at token \(end)")
                }
                before = end
            }
        }
        let metadata = try ReadFile(path: data + ".metadata")
        let lines = String(decoding: try metadata.bytes(at: 0, count: 1 << 16), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > 1, let tokens = Int64(lines[1]),
            let size = lines[0].split(separator: "|").last.flatMap({ Int64($0) })
        else { throw TrainerFormatError("\(metadata.path) does not say how many tokens there are") }
        guard size == 2 || size == 4 else {
            throw TrainerFormatError("\(metadata.path): an id has \(size) bytes, not 2 or 4")
        }
        guard tokens == Int64(before) else {
            throw TrainerFormatError(
                "\(metadata.path) names \(tokens) tokens, and \(file.path) \(before)")
        }
        texts = file.size / 8
        self.tokens = tokens
        tokenBytes = size
    }
}
