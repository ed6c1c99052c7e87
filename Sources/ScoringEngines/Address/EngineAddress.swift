/// A served model: the engine's kind, its endpoints, and the model's name there.
public struct EngineAddress: Sendable, Hashable, CustomStringConvertible {
    /// What is noteworthy about an address, though it is used.
    public enum Warning: Sendable, Hashable {
        /// Texts go over a network unencrypted to these endpoints.
        case plainHTTP([EngineURL])
    }

    /// Which interface is spoken.
    public let kind: EngineKind
    /// The endpoints, at least one; all serve the same weights.
    public let urls: [EngineURL]
    /// The model's name, as served.
    public let model: String

    /// Whether a text is meant as an address, right or wrong, and not as a path.
    public static func isAddress(_ text: String) -> Bool {
        guard let end = text.firstRange(of: "://") else { return false }
        return text[..<end.lowerBound].contains("+")
    }

    /// Parses `vllm+http://host:8000/MODEL`, `sglang+https://host/MODEL` and the like.
    ///
    /// All behind the first slash, percent-decoded, is the model's name. The form of several
    /// endpoints, or of prefixes of paths, is that of ``description``: `vllm+URL,URL MODEL`.
    ///
    /// - Throws: ``EngineError`` (invalid) for another engine or scheme, user and password, an
    ///   empty name, or what is no host or port.
    public init(_ text: String) throws(EngineError) {
        let shown = "\"\(EngineURL.shown(text))\""
        let form =
            "an address has the form vllm+http://host:8000/MODEL or sglang+https://host/MODEL"
        guard let end = text.firstRange(of: "://"), let plus = text.firstIndex(of: "+"),
            plus < end.lowerBound
        else { throw EngineURL.invalid("\(shown) is no engine's address", hint: form) }
        guard let kind = EngineKind(rawValue: text[..<plus].lowercased()) else {
            let known = EngineKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw EngineURL.invalid(
                "\(shown) names an engine that is not known; known are: \(known)", hint: form)
        }
        if let space = text.firstIndex(of: " ") {
            let urls = text[text.index(after: plus)..<space].split(
                separator: ",", omittingEmptySubsequences: false)
            try self.init(
                kind: kind.rawValue, urls: urls.map(String.init),
                model: String(text[text.index(after: space)...]))
            return
        }
        let scheme = text[text.index(after: plus)..<end.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else {
            throw EngineURL.invalid("the scheme of \(shown) is neither http nor https", hint: form)
        }
        let rest = text[end.upperBound...]
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let url = try EngineURL(
            isSecure: scheme == "https", authority: rest[..<slash], prefix: "", shown: shown)
        let name = rest[slash...].dropFirst()
        guard !name.utf8.contains(where: { $0 == 0x3F || $0 == 0x23 }) else {
            throw EngineURL.invalid(
                "\(shown) has a query or a fragment",
                hint: "in a model's name write ? as %3F and # as %23")
        }
        guard let model = Self.percentDecoded(name) else {
            throw EngineURL.invalid("the model's name in \(shown) is wrongly percent-encoded")
        }
        try self.init(kind: kind, urls: [url], model: model)
    }

    /// Parses what a configuration says.
    ///
    /// - Parameters:
    ///   - kind: `vllm` or `sglang`.
    ///   - urls: `https://gpu7.lan:8000` and the like, at least one, with a prefix or without.
    ///   - model: the model's name, as served.
    ///   - prefix: what stands in front of the paths of every URL that has no prefix itself.
    /// - Throws: ``EngineError`` (invalid).
    public init(
        kind: String, urls: [String], model: String, prefix: String = ""
    ) throws(EngineError) {
        guard let known = EngineKind(rawValue: kind) else {
            let kinds = EngineKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw EngineURL.invalid("the engine \"\(kind)\" is not known; known are: \(kinds)")
        }
        var parsed: [EngineURL] = []
        for text in urls {
            let url = try EngineURL(text)
            guard url.prefix.isEmpty, !prefix.isEmpty else {
                parsed.append(url)
                continue
            }
            parsed.append(try EngineURL("\(url)\(prefix.first == "/" ? "" : "/")\(prefix)"))
        }
        try self.init(kind: known, urls: parsed, model: model)
    }

    /// An address of parsed parts.
    ///
    /// - Throws: ``EngineError`` (invalid) for no endpoint, one that is named twice, or no model.
    public init(kind: EngineKind, urls: [EngineURL], model: String) throws(EngineError) {
        guard !urls.isEmpty else { throw EngineURL.invalid("an engine has no url") }
        for (place, url) in urls.enumerated() where urls[..<place].contains(url) {
            throw EngineURL.invalid("\(url) is named twice")
        }
        guard !model.isEmpty else {
            throw EngineURL.invalid(
                "\(urls[0]) is named without a model",
                hint: "append the name that the engine serves it by, as in …/Qwen/Qwen2.5-7B")
        }
        guard model.utf8.count <= 1024,
            !model.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
        else { throw EngineURL.invalid("the model's name is longer than any, or unprintable") }
        self.kind = kind
        self.urls = urls
        self.model = model
    }

    /// Refuses to send a key unencrypted, and says what else is noteworthy.
    ///
    /// - Parameters:
    ///   - hasKey: whether requests carry a key.
    ///   - allowsPlainHTTP: whether a person has allowed it.
    /// - Returns: What a user should be warned of.
    /// - Throws: ``EngineError`` (invalid) for plain http beyond this machine with a key.
    public func check(hasKey: Bool, allowsPlainHTTP: Bool) throws(EngineError) -> [Warning] {
        let plain = urls.filter { !$0.isSecure && !$0.isLoopback }
        guard let first = plain.first else { return [] }
        guard !hasKey || allowsPlainHTTP else {
            throw EngineURL.invalid(
                "the key would go over the network unencrypted to \(first)",
                hint: "serve it by https, or set allow_plain_http = true where the network is yours"
            )
        }
        return [.plainHTTP(plain)]
    }

    /// The address in a form that ``init(_:)`` parses: of one endpoint that of the command line; of
    /// several, or with prefixes of paths, the URLs separated by commas, then a space and the name.
    public var description: String {
        let places = urls.map(\.description).joined(separator: ",")
        guard urls.count == 1, urls[0].prefix.isEmpty else {
            return "\(kind.rawValue)+\(places) \(model)"
        }
        return "\(kind.rawValue)+\(places)/\(Self.percentEncoded(model))"
    }

    /// What has a meaning of its own in an address, or ends a word, as %XX.
    private static func percentEncoded(_ model: String) -> String {
        model.unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case " ": text += "%20"
            case "#": text += "%23"
            case "%": text += "%25"
            case "?": text += "%3F"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexDigit),
                let low = rest.popFirst().flatMap(hexDigit)
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 0x30
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 0x57
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 0x37
        default: nil
        }
    }
}
