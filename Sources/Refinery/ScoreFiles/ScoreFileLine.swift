import Foundation

/// A line behind the header: a chunk, or a line of the shard that was not taken.
public enum ScoreFileRow: Sendable, Equatable {
    /// A chunk with both models' outcomes.
    case chunk(ScoredChunk)
    /// A line that was not taken.
    case reject(Reject)
}

/// Reads a row member by member, in the one order that rows have.
///
/// No tree is built. What could be spelled in two ways is compared with how it is written by whoever
/// reads the line.
struct ScoreFileLine {
    private var scanner: JSONScanner

    /// A number's spelling has at most so many bytes; the longest Double has 24.
    private static let longestNumber = 40

    /// A scanner at the start of a line of valid UTF-8, without its end.
    init(_ bytes: UnsafeRawBufferPointer) {
        scanner = JSONScanner(bytes)
    }

    /// Whether `text` is next, which is passed then.
    mutating func passes(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        // SAFETY: memcmp reads `count` bytes of a static string and as many of the line, which has
        // them behind `at`.
        guard scanner.bytes.count - scanner.at >= count,
            let base = scanner.bytes.baseAddress,
            memcmp(base + scanner.at, text.utf8Start, count) == 0
        else { return false }
        scanner.at += count
        return true
    }

    /// Passes `text`.
    mutating func pass(_ text: StaticString) throws(JSONError) {
        guard passes(text) else { throw scanner.expected("\(text)") }
    }

    /// Passes the line's end.
    func end() throws(JSONError) {
        guard scanner.next == nil else { throw scanner.expected("the end of the line") }
    }

    /// Passes a string; the bytes that it stands for.
    mutating func string() throws(JSONError) -> [UInt8] {
        guard scanner.next == UInt8(ascii: "\"") else { throw scanner.expected("a string") }
        let start = scanner.at + 1
        let isEscaped = try scanner.string()
        let range = start..<scanner.at - 1
        return isEscaped
            ? scanner.unescaped(range)
            : Array(UnsafeRawBufferPointer(rebasing: scanner.bytes[range]))
    }

    /// Passes a string or null.
    mutating func optionalString() throws(JSONError) -> [UInt8]? {
        passes("null") ? nil : try string()
    }

    /// Passes a whole number from 0.
    mutating func integer() throws(JSONError) -> Int {
        var value = 0
        let start = scanner.at
        while let byte = scanner.next, byte &- 0x30 < 10 {
            // 18 digits fit any Int of 64 bits.
            guard scanner.at - start < 18 else {
                throw scanner.expected("a number below 10^18")
            }
            value = 10 * value + Int(byte &- 0x30)
            scanner.at += 1
        }
        guard scanner.at > start else { throw scanner.expected("a whole number from 0") }
        return value
    }

    /// Passes a whole number from 0 or null.
    mutating func optionalInteger() throws(JSONError) -> Int? {
        passes("null") ? nil : try integer()
    }

    /// Passes a finite number.
    mutating func number() throws(JSONError) -> Double {
        let start = scanner.at
        guard let first = scanner.next, first &- 0x30 < 10 else {
            throw scanner.expected("a number from 0")
        }
        try scanner.number()
        let count = scanner.at - start
        guard count <= Self.longestNumber else {
            throw JSONError(message: "a number of \(count) digits", offset: start)
        }
        let bytes = scanner.bytes
        let value = withUnsafeTemporaryAllocation(of: CChar.self, capacity: count + 1) { text in
            for place in 0..<count { text[place] = CChar(bitPattern: bytes[start + place]) }
            text[count] = 0
            // SAFETY: the text ends in NUL.
            return text.baseAddress.map { strtod($0, nil) } ?? .nan
        }
        guard value.isFinite else {
            throw JSONError(message: "a number beyond Double", offset: start)
        }
        return value
    }

    /// Passes a finite number or null.
    mutating func optionalNumber() throws(JSONError) -> Double? {
        passes("null") ? nil : try number()
    }

    /// Passes a string of 64 hexadecimal digits.
    mutating func hash() throws(JSONError) -> ContentHash {
        let start = scanner.at
        let end = start + 2 * ContentHash.count + 2
        guard end <= scanner.bytes.count, scanner.bytes[start] == UInt8(ascii: "\""),
            scanner.bytes[end - 1] == UInt8(ascii: "\""),
            let hash = ContentHash(
                digits: UnsafeRawBufferPointer(rebasing: scanner.bytes[start + 1..<end - 1]))
        else { throw scanner.expected("64 lower-case hexadecimal digits") }
        scanner.at = end
        return hash
    }
}
