import Testing

@testable import Refinery

@Suite("Examples of a report")
struct ExampleListTests {
    /// The ranks that a list keeps of places whose documents come in this order.
    private func ranks(_ end: ExampleList.End, most: Int, _ documents: [Int64]) -> [Int] {
        var list = ExampleList(end, most: most)
        for (place, document) in documents.enumerated() {
            list.take(
                ExampleList.Place(
                    candidate: Candidate(
                        chunk: Int64(place), document: document, key: 0, score: 0, tokens: 1,
                        domain: 0, group: 0),
                    rank: place + 1, isKept: true))
        }
        return list.places.map(\.rank)
    }

    @Test("one document fills no part: the first and the last two of it are shown")
    func spread() {
        #expect(ranks(.first, most: 4, [1, 1, 1, 2, 1, 3, 4]) == [1, 2, 4, 6])
        #expect(ranks(.last, most: 4, [4, 3, 1, 2, 1, 1, 1]) == [2, 4, 6, 7])
        #expect(ranks(.last, most: 3, [1, 2, 3, 4, 5]) == [3, 4, 5])
        #expect(ranks(.first, most: 3, [7, 7, 7, 7]) == [1, 2])
    }
}
