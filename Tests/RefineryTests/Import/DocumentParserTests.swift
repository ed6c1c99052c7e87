import Foundation
import Refinery
import Testing

@Suite struct DocumentParserTests {
    private func parse(
        _ line: String, _ fields: FieldNames = FieldNames(), allowEmptyText: Bool = false
    ) -> DocumentParser.Outcome {
        let parser = DocumentParser(fields: fields, allowEmptyText: allowEmptyText)
        return Array(line.utf8).withUnsafeBytes { parser.parse($0, line: 3, file: "dir/f.jsonl") }
    }

    private func document(_ line: String, _ fields: FieldNames = FieldNames()) -> [String?] {
        guard case .document(let document) = parse(line, fields) else { return [] }
        return [document.id, document.text, document.domain, document.fields]
            .map { $0.map { String(decoding: $0, as: UTF8.self) } }
    }

    private func reason(_ line: String, _ fields: FieldNames = FieldNames()) -> RejectReason? {
        guard case .reject(let reject) = parse(line, fields) else { return nil }
        return reject.reason
    }

    @Test(arguments: [
        (#"{"text":"a"}"#, "dir/f.jsonl:3"), (#"{"id":null,"text":"a"}"#, "dir/f.jsonl:3"),
        (#"{"id":"","text":"a"}"#, "dir/f.jsonl:3"), (#"{"id":7,"text":"a"}"#, "7"),
        (#"{"id":-0,"text":"a"}"#, "0"), (#"{"id":"7.0","text":"a"}"#, "7.0"),
        (
            #"{"id":123456789012345678901234567890,"text":"a"}"#,
            "123456789012345678901234567890"
        ),
    ])
    func idsAreStringsIntegersOrTheLine(line: String, id: String) {
        #expect(document(line).first == id)
    }

    @Test(arguments: [
        #"{"id":7.0,"text":"a"}"#, #"{"id":1e3,"text":"a"}"#, #"{"id":true,"text":"a"}"#,
        #"{"id":[1],"text":"a"}"#, #"{"id":{},"text":"a"}"#, #"{"domain":1,"text":"a"}"#,
    ])
    func idsAndDomainsOfOtherTypesAreRejected(line: String) {
        #expect(reason(line) == .wrongType)
    }

    @Test func otherFieldsAreKeptAsTheyStand() {
        let line = #" { "a" : [1, {"b":"\u00e9"}] , "text":"t","id":"i", "c":1.50,"domain":null } "#
        #expect(document(line) == ["i", "t", nil, #"{"a" : [1, {"b":"\u00e9"}],"c":1.50}"#])
    }

    @Test func ofEqualKeysTheLastWinsHoweverTheyAreSpelled() {
        #expect(document(#"{"text":"a","te\u0078t":"b","id":1,"id":2}"#) == ["2", "b", nil, nil])
    }

    @Test func dottedNamesReachIntoObjectsUnlessAFieldHasTheName() {
        let fields = FieldNames(text: "x.y.text", id: "meta.id", domain: "meta.pile_set_name")
        let line =
            #"{"meta":{"pile_set_name":"P","id":4},"x":{"y":{"a":1, "text":"t", "b":2}}}"#
        #expect(
            document(line, fields) == [
                "4", "t", "P", #"{"meta":{"pile_set_name":"P","id":4},"x":{"y":{"a":1, "b":2}}}"#,
            ])
        let first = #"{"x":{"y":{"text":"t" , "b":2}},"meta.id":"exact","meta":{"id":"no"}}"#
        #expect(document(first, fields).prefix(2) == ["exact", "t"])
        #expect(document(first, fields)[3] == #"{"x":{"y":{ "b":2}},"meta":{"id":"no"}}"#)
        #expect(document(#"{"x":{"y":{"text":"t"}}}"#, fields)[3] == #"{"x":{"y":{}}}"#)
        #expect(reason(#"{"x":{"y":3}}"#, fields) == .missingText)
        #expect(reason(#"{"x":{"y":{"text":3}}}"#, fields) == .wrongType)
    }

    @Test func escapesAreUndone() {
        let text = #"q\" s\\ f\/ \b\f\n\r\t \u0041 \u00e9 \u20AC \ud83d\ude42 \u0000|"#
        #expect(
            document(#"{"text":"\#(text)"}"#)[1]
                == "q\" s\\ f/ \u{8}\u{C}\n\r\t A é € 🙂 \0|")
    }

    @Test func scoringTakesEmptyAndBlankText() {
        for text in ["", " \\n"] {
            guard case .document = parse(#"{"text":"\#(text)"}"#, allowEmptyText: true) else {
                Issue.record("not taken: \(text)")
                continue
            }
        }
        #expect(parse(" \t\r") == .blank)
    }

    @Test(arguments: [#""\udc00""#, #""\ud800\ud800""#, #""\ud800x""#, #"{"\udfff":1}"#])
    func halfSurrogatePairsAreRejectedAnywhere(value: String) {
        #expect(reason(#"{"text":"good","meta":\#(value)}"#) == .invalidUnicode)
    }

    /// Lines that mutations start from.
    private static let seeds = [
        #"{"id":"a","text":"some words","n":[1,-2.5e+10,0.1,true,false,null],"o":{"k":"v"}}"#,
        #"{"text":"é\u00e9 🙂 \ud83d\ude42 \"\\\/\b\f\n\r\t","":{"":[[],{}]}}"#,
        #" { "text" : "x" , "a" : [ [ [ 1 ] , 2 ] , { "b" : { } } ] } "#,
        #"{"text":"abc","e":1E5,"z":-0,"y":10.25E-3,"long":"0123456789abcdef0123456789"}"#,
    ].map { Array($0.utf8) }

    /// What Foundation judges otherwise than RFC 8259: it takes a comma before a closing bracket,
    /// and refuses numbers that no Double holds.
    private static let deviation = #",\s*[\]}]|[eE][+-]?0*[0-9]{3}"#

    @Test func mutatedLinesNeverCrashAndAgreeWithFoundationOnValidity() {
        var random = TestRandom(seed: 1)
        let parser = DocumentParser(allowEmptyText: true)
        var valid = 0
        for round in 0..<20_000 {
            var line = Self.seeds[round % Self.seeds.count]
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                random.mutate(&line)
            }
            let outcome = line.withUnsafeBytes { parser.parse($0, line: 1, file: "f") }
            guard round % 4 == 0, !line.isEmpty, outcome != .blank else { continue }
            var isJSON = true
            if case .reject(let reject) = outcome {
                isJSON = ![.invalidJSON, .invalidUTF8, .invalidUnicode].contains(reject.reason)
            }
            // Foundation also takes a leading byte order mark and other encodings.
            if line.contains(0) || line[0] >= 0x80 { continue }
            let shown = String(decoding: line, as: UTF8.self)
            if shown.range(of: Self.deviation, options: .regularExpression) != nil { continue }
            let judged =
                (try? JSONSerialization.jsonObject(
                    with: Data(line), options: .fragmentsAllowed)) != nil
            #expect(isJSON == judged, "\(shown)")
            valid += judged ? 1 : 0
        }
        #expect(valid > 300)
    }
}

/// Random numbers that are the same in every run (SplitMix64).
struct TestRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Changes, removes, doubles or inserts a few bytes.
    mutating func mutate(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        let at = Int.random(in: 0..<bytes.count, using: &self)
        let end = min(at + Int.random(in: 1...4, using: &self), bytes.count)
        let marks = Array(#"{}[]",:\/u0123456789eE+-.truefalsn "#.utf8) + [0x1F, 0x80, 0xED, 0xC3]
        switch Int.random(in: 0..<5, using: &self) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &self)
        case 1: bytes.removeSubrange(at..<end)
        case 2: bytes.insert(contentsOf: bytes[at..<end], at: at)
        case 3: bytes[at] = marks[Int.random(in: 0..<marks.count, using: &self)]
        default:
            bytes.insert(marks[Int.random(in: 0..<marks.count, using: &self)], at: at)
        }
    }
}
