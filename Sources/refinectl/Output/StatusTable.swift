import Refinery

/// The daemon's status for people.
enum StatusTable {
    /// A few lines and a table of the corpora.
    static func render(_ status: StatusReport) -> String {
        var text = "refineryd \(NumberText.printable(status.version)): \(line(status))\n"
        if let error = status.error, status.state != .waiting {
            text += "error: \(NumberText.printable(NumberText.oneLine(error)))\n"
        }
        for model in [status.teacher, status.reference] {
            guard let model else { continue }
            text += NumberText.printable(
                "\(model.role.rawValue): \(model.path) (\(model.architecture), "
                    // An engine does not say how many.
                    + (model.parameters > 0
                        ? "\(NumberText.count(model.parameters)) parameters, " : "")
                    + "context \(model.context))")
            text += "\n"
        }
        if status.corpora.isEmpty {
            return text + "no corpus yet: refinectl enqueue PATH\n"
        }
        return text + "\n" + Corpora.table(status.corpora)
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
        }
        return text
    }
}
