/// Damage to an HTTP request.
enum RequestMutation {
    private static let values = [
        "", "0", "-1", "%00", "%FF%FE", "%F0%9F%98%80", "%", "%zz", "NaN", "1e309", "a&a=b", "#",
        "18446744073709551616", "9223372036854775807", "..%2F..%2Fetc%2Fpasswd", "%5B%5D",
        "%5B%22draw%3D0..1%22%5D", String(repeating: "a", count: 5000), "'%20OR%201=1--",
    ]
    private static let methods = [
        "GET", "POST", "DELETE", "PUT", "HEAD", "OPTIONS", "get", "\0", "",
    ]
    private static let headers = [
        "Content-Length: 5", "Content-Length: -1", "Content-Length: 99999999999999999999",
        "Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Connection: keep-alive",
        "Connection: upgrade\r\nUpgrade: h2c", "Expect: 100-continue", "Host:", ": empty", "A",
        "X: " + String(repeating: "x", count: 90_000), "Content-Type: multipart/form-data",
        " folded: yes", "Range: bytes=0-",
    ]

    /// Changes `request` in one way; `other` is another request.
    static func apply(to request: inout [UInt8], other: [UInt8], _ random: inout RandomStream) {
        let end = bodyStart(of: request)
        switch random.below(10) {
        case 0:
            ByteMutation.apply(to: &request, other: other, &random)
        case 1:
            let space = request.firstIndex(of: UInt8(ascii: " ")) ?? 0
            request.replaceSubrange(..<space, with: (random.pick(methods) ?? "").utf8)
        case 2, 3:
            changeQuery(&request, &random)
        case 4:
            let line = request.firstIndex(of: 0x0A).map { $0 + 1 } ?? 0
            request.insert(contentsOf: ((random.pick(headers) ?? "") + "\r\n").utf8, at: line)
        case 5:
            request += other
        case 6:
            // Pieces of which some have another length than they say.
            let body = Array(request[end...])
            let size =
                random.pick(["0", "5", "ffffffffffffffff", "-1", "zz", "\(body.count)"]) ?? ""
            request = Array(request[..<end]) + Array("\(size)\r\n".utf8) + body
        default:
            var body = Array(request[end...])
            let donated = Array(other[bodyStart(of: other)...])
            JSONMutation.apply(to: &body, other: donated, &random)
            request = Array(request[..<end]) + body
            if !random.once(in: 4) { setLength(&request, body.count) }
        }
    }

    private static func changeQuery(_ request: inout [UInt8], _ random: inout RandomStream) {
        let line = request.prefix { $0 != 0x0D }
        let starts = line.indices.filter { "=/".utf8.contains(line[$0]) }
        guard let start = random.pick(starts) else { return }
        let rest = line[(start + 1)...]
        let end = rest.firstIndex { "&/ ?".utf8.contains($0) } ?? rest.endIndex
        request.replaceSubrange(start + 1..<end, with: (random.pick(values) ?? "").utf8)
    }

    private static func bodyStart(of request: [UInt8]) -> Int {
        guard request.count >= 4 else { return request.count }
        let mark: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
        let start = (0...request.count - 4).first { Array(request[$0..<$0 + 4]) == mark }
        return start.map { $0 + 4 } ?? request.count
    }

    private static func setLength(_ request: inout [UInt8], _ length: Int) {
        let name = Array("Content-Length: ".utf8)
        guard request.count > name.count,
            let start = (0..<request.count - name.count).first(where: {
                Array(request[$0..<$0 + name.count]) == name
            })
        else { return }
        let digits = request[(start + name.count)...].prefix { $0 != 0x0D }
        request.replaceSubrange(digits.startIndex..<digits.endIndex, with: "\(length)".utf8)
    }
}
