import Foundation
import Testing

@testable import TeacherInference

@Suite struct JSONObjectTests {
    private func refusal(_ text: String) -> String {
        refusal(Array(text.utf8))
    }

    private func refusal(_ bytes: [UInt8]) -> String {
        do {
            let object = try JSONObject(bytes: bytes, path: "config.json")
            _ = try object.integer("integer")
            _ = try object.number("number")
            _ = try object.bool("bool")
            _ = try object.string("string")
            _ = try object.strings("strings")
            _ = try object.integers("integers")
            _ = try object.object("object")
        } catch {
            return error.message
        }
        return "taken"
    }

    @Test("members of the right types are read")
    func reads() throws {
        let object = try JSONObject(
            bytes: Array(
                #"{"i": 3, "f": 3.0, "n": 1e-5, "b": false, "s": "x", "o": {"i": 9007199254740993}, "z": null}"#
                    .utf8), path: "x")
        #expect(try object.integer("i") == 3 && object.integer("f") == 3)
        #expect(try object.number("n") == 1e-5 && object.number("i") == 3)
        #expect(try object.bool("b") == false && object.string("s") == "x")
        #expect(try object.object("o")?.integer("i") == 9_007_199_254_740_993)
        #expect(try object.integer("z") == nil && object.integer("none") == nil)
        #expect(!object.isMeaningful("z") && !object.isMeaningful("b") && object.isMeaningful("i"))
    }

    @Test(
        "a member of another type is refused by name",
        arguments: [
            #"{"integer": "3"}"#, #"{"integer": true}"#, #"{"integer": 0.5}"#,
            #"{"integer": 1e30}"#, #"{"integer": 9223372036854775808}"#, #"{"number": "1"}"#,
            #"{"number": false}"#, #"{"bool": 1}"#, #"{"bool": "true"}"#, #"{"string": 1}"#,
            #"{"strings": "x"}"#, #"{"strings": ["x", 1]}"#, #"{"integers": [1, 0.5]}"#,
            #"{"integers": {}}"#, #"{"object": []}"#, #"{"object": "{}"}"#,
        ])
    func types(text: String) throws {
        let name = try #require(text.split(separator: "\"").dropFirst().first)
        #expect(refusal(text).contains("config.json: \"\(name)\" is"), "\(refusal(text))")
    }

    @Test("what is no JSON object, or an ambiguous one, is refused")
    func malformed() {
        for text in ["[]", "null", "3", "\"x\""] {
            #expect(refusal(text).contains("not a JSON object"))
        }
        #expect(refusal("").contains("ends too soon"))
        #expect(refusal(#"{"a": NaN}"#).contains("Infinity or NaN"))
        #expect(refusal(#"{"a": Infinity}"#).contains("Infinity or NaN"))
        #expect(refusal(#"{"a": 1e999}"#).contains("invalid JSON"))
        #expect(refusal(#"{"a": 1, "a": 1}"#).contains("twice"))
        #expect(refusal(#"{"a": 1, "\u0061": 1}"#).contains("twice"))
        #expect(refusal(#"{"o": {"a": 1, "a": 2}}"#).contains("twice"))
        // Two spellings of one letter are one key to Swift.
        #expect(refusal("{\"\u{E9}\": 1, \"e\u{301}\": 2}").contains("twice"))
        #expect(refusal(#"{"a": "\ud800"}"#).contains("surrogate"))
        #expect(refusal([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D]).contains("not UTF-8"))
        let deep = String(repeating: "[", count: 100_000)
        #expect(refusal("{\"a\": \(deep)").contains("levels"))
        #expect(refusal(String(repeating: "{\"a\":", count: 100_000)).contains("levels"))
    }
}
