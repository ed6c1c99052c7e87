import Foundation
import Refinery

/// The daemon's status for people.
enum StatusTable {
    /// A few lines, and for each corpus a bar and its counts; no line longer than `columns`.
    static func render(_ status: StatusReport, columns: Int = 80) -> String {
        let head = "refineryd \(NumberText.printable(status.version)): \(line(status))"
        var text = wrapped(head, columns)
        if let error = status.error, status.state != .waiting {
            text += wrapped("error: \(NumberText.printable(NumberText.oneLine(error)))", columns)
        }
        for model in [status.teacher, status.reference] {
            guard let model else { continue }
            let line =
                "\(model.role.rawValue): \(model.path) (\(model.architecture), "
                // An engine does not say how many.
                + (model.parameters > 0 ? "\(NumberText.count(model.parameters)) parameters, " : "")
                + "context \(model.context))"
            text += wrapped(NumberText.printable(line), columns)
        }
        if status.corpora.isEmpty {
            return text + "no corpus yet: refinectl enqueue PATH\n"
        }
        return text + status.corpora.map { "\n" + corpus($0, columns) }.joined()
    }

    /// A corpus: its name, a bar with the share that both models have scored, its counts.
    private static func corpus(_ corpus: CorpusStatus, _ columns: Int) -> String {
        let width = max(8, min(40, columns - 12))
        let full = Int((corpus.doneShare * Double(width)).rounded(.down))
        let bar =
            String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
        var counts = [
            NumberText.counted(corpus.documents, "document"),
            NumberText.counted(corpus.chunks, "chunk"),
            NumberText.counted(corpus.tokens, "token"),
        ]
        func add(_ count: Int64, _ noun: String, _ rest: String = "") {
            if count > 0 { counts.append(NumberText.counted(count, noun) + rest) }
        }
        add(corpus.unchunked, "document", " to cut")
        add(corpus.pending, "score", " to go")
        add(corpus.duplicates, "duplicate")
        add(corpus.failed.sum, "score", " failed")
        add(corpus.tooShort.teacher, "chunk", " too short")
        add(corpus.rejects, "line", " rejected")
        let share = NumberText.fixed(100 * corpus.doneShare, 1)
        return wrapped(NumberText.printable(corpus.name), columns) + "  \(bar) \(share) %\n"
            + wrapped(counts.joined(separator: ", "), columns, indent: "  ")
    }

    /// A text in lines of at most `columns`, which end behind its commas where that is possible.
    private static func wrapped(_ text: String, _ columns: Int, indent: String = "") -> String {
        let phrases = text.components(separatedBy: ", ")
        var lines: [String] = []
        for (place, phrase) in phrases.enumerated() {
            let whole = phrase + (place + 1 < phrases.count ? "," : "")
            for piece in pieces(whole[...], max(8, columns - 2)).map(String.init) {
                // A piece that is cut within a word fills its line: what follows begins the next.
                let room = lines.count == 1 ? columns - 2 + indent.count : columns
                if let last = lines.last, last.count + 1 + piece.count <= room {
                    lines[lines.count - 1] = last + " " + piece
                } else {
                    lines.append((lines.isEmpty ? indent : "  ") + piece)
                }
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// A phrase in pieces of at most `room`: whole where it fits, else cut before a bracket, between
    /// words, and last within a word.
    private static func pieces(_ phrase: Substring, _ room: Int) -> [Substring] {
        guard phrase.count > room else { return [phrase] }
        if let bracket = phrase.firstRange(of: " (") {
            let rest = phrase[bracket.lowerBound...].dropFirst()
            return pieces(phrase[..<bracket.lowerBound], room) + pieces(rest, room)
        }
        let words = phrase.split(separator: " ")
        if words.count > 1 { return words.flatMap { pieces($0, room) } }
        return [phrase.prefix(room)] + pieces(phrase.dropFirst(room), room)
    }

    /// The state in one line.
    static func line(_ status: StatusReport) -> String {
        let pending = status.corpora.reduce(0) { $0 + $1.pending }
        let unchunked = status.corpora.reduce(0) { $0 + $1.unchunked }
        var text = status.state.rawValue
        if status.state == .waiting, let reason = status.error {
            text += ": " + NumberText.printable(reason)
        }
        if unchunked > 0 { text += ", \(NumberText.counted(unchunked, "document")) to cut" }
        text += ", \(NumberText.counted(pending, "score")) to go"
        let unread = status.corpora.reduce(0) { $0 + ($1.unread ?? 0) }
        if unread > 0 { text += ", \(NumberText.counted(unread, "chunk")) unread by the teacher" }
        let failed = status.corpora.reduce(0) { $0 + $1.failed.teacher + $1.failed.reference }
        if failed > 0 { text += ", \(NumberText.count(failed)) failed (refinectl retry)" }
        if let rate = status.tokensPerSecond { text += ", \(NumberText.rate(rate)) tokens/s" }
        if let left = status.etaSeconds, left > 0 {
            text += ", about \(NumberText.duration(seconds: left)) left"
            if let range = status.etaRange, range.count == 2 {
                let ends = range.map { NumberText.duration(seconds: $0) }
                if ends[0] != ends[1] { text += " (\(ends[0]) to \(ends[1]))" }
            }
        }
        return text
    }
}
