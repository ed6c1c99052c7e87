import Refinery
import Testing

/// Numbers and strings as JSON.
@Suite struct JSONBytesTests {
    @Test func `integers are written as Swift writes them`() {
        for value in [0, 1, -1, 9, 10, 99, 100, 49_151, -1_000_000, .max, .min] {
            var json = JSONBytes()
            json.integer(value)
            #expect(json.bytes == Array(String(value).utf8))
        }
    }
}
