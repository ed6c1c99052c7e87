/// What an answer's status means.
enum EngineStatus {
    /// The error that a status other than 200 is.
    ///
    /// - Parameters:
    ///   - code: the status.
    ///   - reason: its phrase.
    ///   - retryAfter: the header's value; whole seconds are followed, dates are not.
    ///   - text: what the engine says.
    /// - Returns: The error, of the kind that says what to do.
    static func error(
        code: Int, reason: String, retryAfter: String?, text: String
    ) -> EngineError {
        let said = text.isEmpty ? "" : ": \(text)"
        let message = "status \(code) \(reason)\(said)"
        switch code {
        case 301, 302, 303, 307, 308:
            return EngineError(
                .refused, "\(message); redirects are not followed",
                hint: "name the address that it leads to", status: code)
        case 401, 403:
            return EngineError(
                .refused, message, hint: "check the key, and that the engine takes it", status: code
            )
        case 404, 405:
            return EngineError(
                .refused, message, hint: "check engine, prefix and the model's name, as served",
                status: code)
        case 408, 425, 429, 500...599:
            let seconds = retryAfter.flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
            return EngineError(
                .unavailable(retryAfter: seconds.map { .seconds(min($0, 86400)) }), message,
                status: code)
        case 400...499: return EngineError(.sequence, message, status: code)
        default: return EngineError(.wrongAnswer, message, status: code)
        }
    }

    /// The sentence in an error's body: of JSON its message, else the text itself, shortened.
    ///
    /// - Parameters:
    ///   - body: the body, or its beginning.
    ///   - redact: takes secrets out, before shortening could leave the beginning of one.
    /// - Returns: at most 300 characters.
    static func message(in body: [UInt8], redact: (String) -> String) -> String {
        if let leaves = try? body.withRawBytes({ bytes throws(EngineError) in
            try JSONLeaves(bytes)
        }) {
            for path in ["error.message", "message", "detail", "error", "detail.0.msg"] {
                if let text = leaves.text(path) { return String(redact(text).prefix(300)) }
            }
        }
        return String(redact(String(decoding: body, as: UTF8.self)).prefix(300))
    }
}
