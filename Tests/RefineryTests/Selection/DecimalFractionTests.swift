import Testing

@testable import Refinery

struct DecimalFractionTests {
    @Test(arguments: [
        ("0.1", 30, 3), ("0.29", 100, 29), ("0.57", 100, 57), ("0.7", 10, 7), ("1", 17, 17),
        ("1.0", 17, 17), ("0", 17, 0), (".5", 3, 1), ("0.3333", 10_000, 3333), ("1e-1", 30, 3),
        ("0.000001", 999_999, 0), ("0.000001", 1_000_000, 1), ("10e-1", 5, 5), ("00.5", 4, 2),
        ("0.99999999999999999999", 1_000_000, 999_999),
        ("0.1", 99_999_999_999_999_999, 9_999_999_999_999_999),
    ])
    func `a ratio of n is exact`(text: String, n: Int, expected: Int) throws {
        #expect(try DecimalFraction(text).floorTimes(n) == expected)
    }

    @Test(arguments: [
        "", ".", "-0.1", "+0.1", "1.1", "2", "0.1.2", "abc", "0,5", "nan", "1e", "1e1", "٠.١",
        "0x1", " 0.1", "1.0000000001", "1e99999999999999999999",
    ])
    func `anything but a number from 0 to 1 is refused`(text: String) {
        #expect(throws: RefineryError.self) { try DecimalFraction(text) }
    }

    @Test(arguments: [
        ("0.2900", "0.29"), (".5", "0.5"), ("1.000", "1"), ("5e-2", "0.05"), ("0.0", "0"),
    ])
    func `the shortest form is printed`(text: String, expected: String) throws {
        #expect(try DecimalFraction(text).description == expected)
    }

    @Test func `every hundredth of every hundred agrees with whole numbers`() throws {
        for hundredths in 0...100 {
            let text =
                hundredths == 100 ? "1.00" : "0." + (hundredths < 10 ? "0" : "") + "\(hundredths)"
            let ratio = try DecimalFraction(text)
            for n in 0...200 { #expect(ratio.floorTimes(n) == hundredths * n / 100) }
        }
    }
}
