import Refinery

/// A table of plain text: columns padded to their widest cell, two spaces between them.
struct TextTable {
    /// Where a column's cells stand.
    enum Alignment {
        case left, right
    }

    private let columns: [(title: String, alignment: Alignment)]
    private var rows: [[String]] = []

    /// A table of these columns; `title` empty everywhere leaves the head line out.
    init(_ columns: [(title: String, alignment: Alignment)]) {
        self.columns = columns
    }

    /// Adds a row of as many cells as there are columns.
    mutating func add(_ cells: [String]) {
        rows.append(cells.map(NumberText.printable))
    }

    /// The lines, without spaces at their ends, each with a newline.
    func render() -> String {
        let head = columns.map(\.title)
        let hasHead = head.contains { !$0.isEmpty }
        let lines = (hasHead ? [head] : []) + rows
        let widths = columns.indices.map { column in
            lines.map { $0[column].unicodeScalars.count }.max() ?? 0
        }
        var text = ""
        for line in lines {
            var rendered = ""
            for (column, cell) in line.enumerated() {
                let space = String(
                    repeating: " ", count: widths[column] - cell.unicodeScalars.count)
                if column > 0 { rendered += "  " }
                rendered += columns[column].alignment == .left ? cell + space : space + cell
            }
            while rendered.last == " " { rendered.removeLast() }
            text += rendered + "\n"
        }
        return text
    }
}
