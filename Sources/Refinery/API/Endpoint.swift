/// One method and path of the HTTP API, with the parameters that it takes and the answer it gives.
///
/// The daemon's routes and refinectl's requests are both made from it, so neither spells a path.
public struct Endpoint<Answer: Sendable>: Sendable {
    /// `GET`, `POST` or `DELETE`.
    public let method: EndpointMethod
    /// The path below `/v1/`; a part that begins with a colon is a variable.
    public let pattern: String
    /// The names that its query may have.
    public let parameters: [String]

    /// An endpoint; only ``API`` makes them.
    init(_ method: EndpointMethod, _ pattern: String, _ parameters: String...) {
        self.method = method
        self.pattern = pattern
        self.parameters = parameters
    }

    /// The path of a request.
    ///
    /// - Parameter variable: what takes the variable's place, percent-encoded; nil where the
    ///   pattern has none.
    /// - Returns: The path from `/v1/` on.
    public func path(_ variable: String? = nil) -> String {
        let parts = pattern.split(separator: "/").map {
            $0.hasPrefix(":") ? variable ?? String($0) : String($0)
        }
        return "/v1/" + parts.joined(separator: "/")
    }
}

/// What an endpoint is asked by.
public enum EndpointMethod: String, Sendable {
    /// Reads.
    case get = "GET"
    /// Begins, adds or changes something.
    case post = "POST"
    /// Deletes what the path names.
    case delete = "DELETE"
}

/// An answer that streams lines; it has no value as a whole.
public enum StreamedLines: Sendable {}
