/// The lines of a score file, one after the other, and what they add up to.
struct ScoreFileLines {
    private let name: String
    private var check = ScoreFileCheck()
    private var line = 0
    /// Bytes that came, and bytes of the lines so far with one LF each.
    private var fed = 0, passed = 0

    /// No line yet of the file that errors call `name`.
    init(name: String) {
        self.name = name
    }

    /// So many bytes have come.
    mutating func feed(_ count: Int) { fed += count }

    /// Takes the next line.
    mutating func take(
        _ number: Int, _ content: LineSplitter.Line, _ seeHeader: (ScoreFileHeader) throws -> Void,
        _ seeRow: (ScoreFileRow) throws -> Void
    ) throws {
        line = number
        let found: Found
        do {
            found = try parse(content)
        } catch let error as RefineryError {
            throw placed(error)
        }
        switch found {
        case .header(let header): try seeHeader(header)
        case .row(let row): try seeRow(row)
        case .trailer: break
        }
    }

    /// Takes the end of the file.
    mutating func finish() throws -> ScoreFileReader.Frame {
        guard let header = check.header, let trailer = check.trailer else {
            line += 1
            throw wrong(
                check.header == nil
                    ? "the file is empty" : "the file is not whole: it has no trailer")
        }
        // CR, a byte order mark or a missing LF would be another spelling of the same lines.
        guard fed == passed else { throw wrong("not every line ends in LF and in nothing else") }
        return ScoreFileReader.Frame(header: header, trailer: trailer)
    }

    /// What a line is.
    private enum Found {
        case header(ScoreFileHeader)
        case row(ScoreFileRow)
        case trailer
    }

    private mutating func parse(_ content: LineSplitter.Line) throws -> Found {
        guard case .bytes(let bytes) = content else { throw ScoreFileCheck.tooLong }
        passed += bytes.count + 1
        guard check.trailer == nil else {
            throw ScoreFileCheck.wrong("a line stands behind the trailer")
        }
        if let offset = TextValidation.invalidOffset(bytes) {
            throw ScoreFileCheck.wrong("not UTF-8 at byte \(offset + 1) of the line")
        }
        guard check.header != nil else { return .header(try check.take(header: bytes)) }
        guard let row = try row(bytes) else { return .trailer }
        return .row(row)
    }

    /// A row; nil for the trailer.
    private mutating func row(_ bytes: UnsafeRawBufferPointer) throws -> ScoreFileRow? {
        var scanner = ScoreFileLine(bytes)
        let trailer: ScoreFileTrailer?
        let row: ScoreFileRow?
        do throws(JSONError) {
            trailer = try scanner.trailer()
            row = trailer == nil ? try scanner.row(corpus: check.corpus) : nil
        } catch {
            throw ScoreFileCheck.wrong("\(error.message) at column \(error.offset + 1)")
        }
        if let trailer { try check.take(trailer, line: bytes) }
        if let row { try check.take(row, line: bytes) }
        return row
    }

    private func wrong(_ what: String) -> RefineryError { placed(ScoreFileCheck.wrong(what)) }

    private func placed(_ error: RefineryError) -> RefineryError {
        RefineryError(
            .input, NumberText.printable("\(name):\(max(line, 1)): \(error.message)"),
            hint: error.hint)
    }
}
