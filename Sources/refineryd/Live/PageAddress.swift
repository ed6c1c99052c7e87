/// Where the live page is served: a host and a port.
struct PageAddress: Equatable, CustomStringConvertible {
    /// A name or an address; one of IPv6 without its brackets.
    let host: String
    /// From 0 to 65535; 0 takes one that is free.
    let port: Int

    /// Parses `127.0.0.1:8517`, `localhost:8517` or `[::1]:8517`; nil for what is neither.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var name = text[..<colon]
        let digits = text[text.index(after: colon)...]
        if name.first == "[", name.last == "]" {
            name = name.dropFirst().dropLast()
            guard name.contains(":") else { return nil }
        } else if name.contains(":") {
            return nil
        }
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isHostByte), !digits.isEmpty,
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits),
            (0...65535).contains(port)
        else { return nil }
        host = name.lowercased()
        self.port = port
    }

    /// The address as it is written in a URL.
    var description: String { at(port: port) }

    /// The same host with the port that the system gave it.
    func at(port: Int) -> String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }

    /// Whether only this machine reaches it.
    var isLoopback: Bool { Self.isLoopback(host) }

    /// Whether a request for this host may be answered.
    ///
    /// A name that a stranger's server resolves to this machine would let a page of that server
    /// read what is here (DNS rebinding). A number cannot be resolved, and `localhost` is ours.
    ///
    /// - Parameter header: the request's host, with or without a port.
    /// - Returns: false for the names of others.
    func admits(host header: String) -> Bool {
        var name = header.lowercased()[...]
        if name.first == "[" {
            guard let end = name.firstIndex(of: "]") else { return false }
            let rest = name[name.index(after: end)...]
            name = name[name.index(after: name.startIndex)..<end]
            return (rest.isEmpty || rest.first == ":") && name.contains(":")
                && name.utf8.allSatisfy(Self.isHostByte)
        }
        if let colon = name.firstIndex(of: ":") { name = name[..<colon] }
        let host = String(name)
        return host == self.host || Self.isLoopback(host) || Self.isIPv4(host)
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host.hasSuffix(".localhost") || host == "::1"
            || (isIPv4(host) && host.hasPrefix("127."))
    }

    private static func isIPv4(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy {
                $0.utf8.count <= 3 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) }
                    && UInt8($0) != nil
            }
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x3A, 0x5F: true
        default: false
        }
    }
}
