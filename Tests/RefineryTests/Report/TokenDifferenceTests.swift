import Testing

@testable import Refinery

@Suite("Token differences")
struct TokenDifferenceTests {
    @Test("Equal tokens are compared one by one, and a first token without context by nobody")
    func sameTokens() {
        let tokens = TokenDifference.align(
            teacher: ([2, 5, 9], [1, 2]), reference: ([2, 5, 9], [1.5, 5]))
        #expect(tokens.map(\.range) == [0..<2, 2..<5, 5..<9])
        #expect(tokens.map(\.difference) == [nil, 0.5, 3])
    }

    @Test("A reference token's NLL is spread over its bytes, and the sum stays")
    func otherTokens() {
        let tokens = TokenDifference.align(
            teacher: ([2, 4, 10], [1, 1, 1]), reference: ([3, 10], [3, 7]))
        #expect(tokens.map(\.reference) == [2, 1 + 1, 6])
        #expect(tokens.compactMap(\.reference).reduce(0, +) == 10)
    }

    @Test("Tokens that end where they begin take no part")
    func emptyTokens() {
        let tokens = TokenDifference.align(
            teacher: ([1, 1, 2], [1, 1, 1]), reference: ([0, 2], [9, 4]))
        #expect(tokens.map(\.reference) == [2, nil, 2])
    }

    @Test("Shades are symmetric and none for what is unknown")
    func shades() {
        #expect(
            [nil, 0.4, -0.4, 0.5, -1, 3.9, 100, -100].map(DifferenceShade.of)
                == [0, 0, 0, 1, -2, 3, 4, -4])
    }
}
