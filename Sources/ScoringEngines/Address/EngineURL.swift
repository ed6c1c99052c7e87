/// Where one endpoint is: scheme, host, port, and a prefix of its paths.
public struct EngineURL: Sendable, Hashable, CustomStringConvertible {
    /// Whether the connection is encrypted (https).
    public let isSecure: Bool
    /// A name or an address; one of IPv6 without its brackets.
    public let host: String
    /// From 1 to 65535.
    public let port: Int
    /// What stands in front of every path: empty, or `/…` without a slash at its end.
    public let prefix: String

    /// Parses `http://host:port` or `https://host/prefix`.
    ///
    /// - Throws: ``EngineError`` (invalid) for another scheme, user and password, a query, a
    ///   fragment, or what is no host or port.
    public init(_ text: String) throws(EngineError) {
        guard let colon = text.firstRange(of: "://") else {
            throw Self.invalid("\"\(Self.shown(text))\" is no URL of http or https")
        }
        let scheme = text[..<colon.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else {
            throw Self.invalid("the scheme of \"\(Self.shown(text))\" is neither http nor https")
        }
        let rest = text[colon.upperBound...]
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        var path = rest[slash...]
        while path.last == "/" { path = path.dropLast() }
        guard path.utf8.allSatisfy(Self.isPathByte) else {
            throw Self.invalid(
                "the path of \"\(Self.shown(text))\" has a query, a fragment or a character that a "
                    + "URL does not have")
        }
        try self.init(
            isSecure: scheme == "https", authority: rest[..<slash], prefix: String(path),
            shown: Self.shown(text))
    }

    /// Parses what stands between scheme and path.
    init(
        isSecure: Bool, authority: Substring, prefix: String, shown: String
    ) throws(EngineError) {
        guard !authority.contains("@") else {
            throw Self.invalid(
                "\(shown) has a user or a password",
                hint: "put the key into a file that only refinery reads, and name the file")
        }
        var name = authority
        var digits: Substring?
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else {
                throw Self.invalid("the host of \(shown) has no closing bracket")
            }
            name = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || rest.first == ":" else {
                throw Self.invalid("the host of \(shown) is followed by what is no port")
            }
            digits = rest.isEmpty ? nil : rest.dropFirst()
            guard !name.isEmpty, name.contains(":"),
                name.utf8.allSatisfy({ Self.isHexDigit($0) || $0 == 0x3A || $0 == 0x2E })
            else { throw Self.invalid("the host of \(shown) is no address of IPv6") }
        } else {
            if let colon = authority.lastIndex(of: ":") {
                name = authority[..<colon]
                digits = authority[authority.index(after: colon)...]
            }
            guard !name.isEmpty, name.utf8.count <= 253, name.utf8.allSatisfy(Self.isNameByte)
            else { throw Self.invalid("\(shown) has no host, or one that is no host's name") }
        }
        self.isSecure = isSecure
        host = name.lowercased()
        self.prefix = prefix
        guard let digits else {
            port = isSecure ? 443 : 80
            return
        }
        guard digits.utf8.count <= 5, digits.utf8.allSatisfy({ $0 &- 0x30 < 10 }),
            let number = Int(digits), (1...65535).contains(number)
        else { throw Self.invalid("the port of \(shown) is not a number from 1 to 65535") }
        port = number
    }

    /// The URL, without anything secret.
    public var description: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(isSecure ? "https" : "http")://\(name):\(port)\(prefix)"
    }

    /// Whether the endpoint is on this machine, so that nothing goes over a network.
    public var isLoopback: Bool {
        if host == "localhost" || host.hasSuffix(".localhost") || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// The text as it may be shown: what may be a password is left out.
    static func shown(_ text: String) -> String {
        guard let at = text.lastIndex(of: "@"), let colon = text.firstRange(of: "://"),
            colon.upperBound <= at
        else { return text }
        return "\(text[..<colon.upperBound])…\(text[at...])"
    }

    static func invalid(_ message: String, hint: String? = nil) -> EngineError {
        EngineError(.invalid, message, hint: hint)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 6
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == 0x2D || byte == 0x2E
            || byte == 0x5F
    }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && !"?#\"<>\\^`{|}".utf8.contains(byte)
    }
}
