/// HTML as bytes, text always escaped: what a corpus says can neither run nor break the page.
struct HTML {
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

    /// Appends a table; cells are text, the columns after the first are numbers.
    mutating func table(_ head: [String], _ rows: [[String]]) {
        raw("<table><thead><tr>")
        for cell in head { element("th", cell) }
        raw("</tr></thead><tbody>")
        for row in rows {
            raw("<tr>")
            for cell in row { element("td", cell) }
            raw("</tr>")
        }
        raw("</tbody></table>\n")
    }
}
