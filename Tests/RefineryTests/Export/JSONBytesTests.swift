import Foundation
import Refinery
import Testing

/// Numbers and strings as JSON.
@Suite struct JSONBytesTests {
    @Test func `strings are escaped where they must be, and nowhere else`() throws {
        // Every byte that is a character by itself, at every place in a word of eight bytes.
        for length in 0..<20 {
            for place in 0..<max(1, length) {
                for byte in UInt8(0)..<128 {
                    var text = Array("abcdefghijklmnopqrstu".utf8.prefix(length))
                    if place < length { text[place] = byte }
                    var json = JSONBytes()
                    json.string(text)
                    let read = try JSONDecoder().decode(String.self, from: Data(json.bytes))
                    #expect(Array(read.utf8) == text)
                    let isPlain = text.allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }
                    #expect((json.bytes.count == text.count + 2) == isPlain)
                }
            }
        }
        var json = JSONBytes()
        json.string("å\u{0}\u{1f}\n\r\t\"\\/\u{7f}".utf8)
        #expect(
            String(decoding: json.bytes, as: UTF8.self)
                == #""å\u0000\u001f\n\r\t\"\\/"# + "\u{7f}\"")
    }

    @Test func `integers are written as Swift writes them`() {
        for value in [0, 1, -1, 9, 10, 99, 100, 49_151, -1_000_000, .max, .min] {
            var json = JSONBytes()
            json.integer(value)
            #expect(json.bytes == Array(String(value).utf8))
        }
    }
}
