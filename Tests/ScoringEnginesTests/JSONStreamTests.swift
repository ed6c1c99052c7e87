import Testing

@testable import ScoringEngines

@Suite struct JSONStreamTests {
    /// Writes down everything it is told.
    struct Scribe: JSONSink {
        var stringLimit = 100
        var notes: [String] = []
        mutating func open(isArray: Bool) { notes.append(isArray ? "[" : "{") }
        mutating func close() { notes.append("end") }
        mutating func key(_ bytes: UnsafeRawBufferPointer) {
            notes.append("key " + String(decoding: bytes, as: UTF8.self))
        }
        mutating func string(_ bytes: UnsafeRawBufferPointer) {
            notes.append("text " + String(decoding: bytes, as: UTF8.self))
        }
        mutating func other() { notes.append("other") }
        mutating func number(_ value: Double) { notes.append("\(value)") }
        mutating func null() { notes.append("null") }
    }

    static func read(_ text: [UInt8], cuts: [Int] = [], limit: Int = 100) throws -> [String] {
        var stream = JSONStream()
        var scribe = Scribe(stringLimit: limit)
        var start = 0
        for cut in cuts + [text.count] {
            let piece = Array(text[start..<cut])
            try piece.withUnsafeBytes { try stream.feed($0, into: &scribe) }
            start = cut
        }
        try stream.finish(into: &scribe)
        return scribe.notes
    }

    static let whole = """
        { "a\\u0041\\"é" : [ 1, -2.5e-3 ,true, false,null, NaN,-Infinity, [], {} ],
          "𝄞": "x\\uD834\\uDD1E\\n\\/y", "e":"" }
        """

    @Test func everythingIsToldHoweverItIsCut() throws {
        let text = Array(Self.whole.utf8)
        let notes = [
            "{", "key aA\"é", "[", "1.0", "-0.0025", "other", "other", "null", "nan", "-inf", "[",
            "end", "{", "end", "end", "key 𝄞", "text x𝄞\n/y", "key e", "text ", "end",
        ]
        #expect(try Self.read(text) == notes)
        for one in 0...text.count {
            for other in one...text.count {
                #expect(try Self.read(text, cuts: [one, other]) == notes)
            }
        }
        #expect(try Self.read(text, cuts: Array(1..<text.count)) == notes)
    }

    @Test(arguments: [
        "", " ", "{", "[1", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{1:2}", "[1}",
        "{\"a\":1]", "[01 ]", "[1. ]", "[.5 ]", "[+1 ]", "[- ]", "[1e ]", "[1e+ ]", "[0x1 ]",
        "[nul ]", "[TRUE ]", "[Infinit ]", "[\"\\x\"]", "[\"\\u12G4\"]", "[\"\\uD800\"]",
        "[\"\\uD800x\"]", "[\"\\uD800\\n\"]", "[\"\\uD800\\u0041\"]", "[\"\\uDC00\"]", "[\"a\nb\"]",
        "[1] 2", "[1]]", "]", "}", ":", ",", "[1 2]", "[\"a\" \"b\"]", "\u{FEFF}[]",
    ])
    func whatIsNoJSONIsRefused(text: String) {
        for cut in 0...text.utf8.count {
            #expect(throws: EngineError.self) { try Self.read(Array(text.utf8), cuts: [cut]) }
        }
    }

    @Test func depthAndLengthsAreBounded() throws {
        let open = [UInt8](repeating: 0x5B, count: 64), close = [UInt8](repeating: 0x5D, count: 64)
        #expect(try Self.read(open + close).count == 128)
        #expect(throws: EngineError.self) { try Self.read([0x5B] + open + close + [0x5D]) }
        #expect(throws: EngineError.self) {
            try Self.read([UInt8](repeating: 0x5B, count: 1_000_000))
        }
        let digits = [UInt8](repeating: 0x31, count: 64)
        #expect(try Self.read([0x5B] + digits + [0x5D]).count == 3)
        #expect(throws: EngineError.self) { try Self.read([0x5B, 0x31] + digits + [0x5D]) }
        let long = Array("[\"".utf8) + [UInt8](repeating: 0x61, count: 101) + Array("\"]".utf8)
        #expect(throws: EngineError.self) { try Self.read(long) }
        // What is not wanted may have any length, and need not be UTF-8.
        #expect(try Self.read(long, limit: 0) == ["[", "other", "end"])
        let bytes = Array("[\"".utf8) + [0xFF, 0xC0] + Array("\\ud800\"]".utf8)
        #expect(try Self.read(bytes, limit: 0) == ["[", "other", "end"])
        let key = Array("{\"".utf8) + [UInt8](repeating: 0x61, count: 257) + Array("\":1}".utf8)
        #expect(throws: EngineError.self) { try Self.read(key) }
    }

    @Test func numbersAreThoseOfSwift() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let float = Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &generator))
            guard float.isFinite else { continue }
            for text in ["\(float)", "\(Double(float))"] {
                let value = Array(text.utf8).withUnsafeBytes { JSONNumber.value($0) }
                #expect(value.map(Float.init) == float, "\(text)")
            }
        }
        for text in ["9007199254740993", "123456789012345678901234567890", "1e400", "-0", "2e-5"] {
            let value = Array(text.utf8).withUnsafeBytes { JSONNumber.value($0) }
            #expect(value == Double(text), "\(text)")
        }
    }

    @Test func randomBytesNeverCrash() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("{}[]\",:\\u09.-eEnulltruefalse \n\u{0}é".utf8)
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            _ = try? Self.read(text, cuts: [text.count / 2])
        }
    }
}
