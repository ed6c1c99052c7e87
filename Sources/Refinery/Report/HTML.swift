/// HTML as bytes, text always escaped: what a corpus says can neither run nor break the page.
struct HTML {
    /// A cell of a table.
    enum Cell {
        /// Text.
        case text(String)
        /// A bar of a share from 0 to 1, drawn beside a cell that says it in numbers.
        case bar(Double, isFaint: Bool = false)
    }

    /// The page so far, UTF-8.
    private(set) var bytes: [UInt8] = []

    /// Appends markup of our own.
    mutating func raw(_ markup: String) { bytes += markup.utf8 }

    /// Appends text as text.
    mutating func text(_ text: some StringProtocol) { self.text(text.utf8) }

    /// Appends valid UTF-8 as text; control characters but for tab and line feed become pictures
    /// of themselves (U+2400…), so that nothing is invisible.
    mutating func text(_ utf8: some Sequence<UInt8>) {
        for byte in utf8 {
            switch byte {
            case 0x26: raw("&amp;")
            case 0x3C: raw("&lt;")
            case 0x3E: raw("&gt;")
            case 0x22: raw("&quot;")
            case 0x27: raw("&#39;")
            case 0x00...0x08, 0x0B...0x1F: bytes += [0xE2, 0x90, 0x80 + byte]
            case 0x7F: bytes += [0xE2, 0x90, 0xA1]
            default: bytes.append(byte)
            }
        }
    }

    /// Appends an element with text in it.
    mutating func element(_ name: String, class style: String? = nil, _ content: String) {
        raw("<\(name)" + (style.map { " class=\"\($0)\"" } ?? "") + ">")
        text(content)
        raw("</\(name)>")
    }

    /// Appends names with their values.
    mutating func list(_ entries: [(name: String, value: String)]) {
        raw("<dl>")
        for entry in entries {
            element("dt", entry.name)
            element("dd", entry.value)
        }
        raw("</dl>\n")
    }

    /// Appends a table of text; the columns after the first are numbers.
    ///
    /// - Parameters:
    ///   - label: what the table shows, for those who do not see it.
    ///   - head: the columns' names.
    ///   - rows: their cells.
    mutating func table(_ label: String, _ head: [String], _ rows: [[String]]) {
        table(label, head, cells: rows.map { $0.map { .text($0) } })
    }

    /// Appends a table, which scrolls within itself where it is too wide.
    ///
    /// - Parameters:
    ///   - label: what the table shows, for those who do not see it.
    ///   - head: the columns' names; empty over a bar.
    ///   - rows: their cells.
    mutating func table(_ label: String, _ head: [String], cells rows: [[Cell]]) {
        raw("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"")
        text(label)
        raw("\"><table><thead><tr>")
        for cell in head {
            if cell.isEmpty { raw("<td></td>") } else { column(cell) }
        }
        raw("</tr></thead><tbody>")
        for row in rows {
            raw("<tr>")
            for (place, cell) in row.enumerated() {
                switch cell {
                case .text(let words) where place == 0:
                    raw("<th scope=\"row\">")
                    text(words)
                    raw("</th>")
                case .text(let words): element("td", words)
                case .bar(let share, let isFaint):
                    let percent = Chart.number(100 * min(max(share.isNaN ? 0 : share, 0), 1))
                    raw("<td><span class=\"bar\"><span ")
                    if isFaint { raw("class=\"all\" ") }
                    raw("style=\"width:\(percent)%\"></span></span></td>")
                }
            }
            raw("</tr>")
        }
        raw("</tbody></table></div>\n")
    }

    private mutating func column(_ name: String) {
        raw("<th scope=\"col\">")
        text(name)
        raw("</th>")
    }
}
