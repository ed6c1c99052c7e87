import ReferenceTraining
import Testing

@testable import Refinery

/// Which size a reference gets.
struct ReferenceSizesTests {
    private let sizes = ReferenceSizes(vocabulary: 49_152, context: 1025)

    @Test func `more tokens make a larger model, with twenty of them a parameter`() throws {
        var last = 0
        for tokens: Int64 in [4_000_000, 8_000_000, 40_000_000, 400_000_000, 4_000_000_000] {
            let shape = try sizes.automatic(
                tokens: tokens, teacherOperations: .infinity, length: 200
            ) { _ in true }
            #expect(shape.bodyParameters * 20 <= tokens)
            #expect(shape.bodyParameters > last)
            last = shape.bodyParameters
        }
    }

    @Test func `a forward pass costs at most a tenth of the teacher's`() throws {
        let teacher = 300e6
        let shape = try sizes.automatic(
            tokens: .max, teacherOperations: teacher, length: 200
        ) { _ in true }
        #expect(sizes.forwardOperations(shape, length: 200) <= teacher / 10)
        let free = try sizes.automatic(
            tokens: .max, teacherOperations: .infinity, length: 200
        ) { _ in true }
        #expect(free.parameters > shape.parameters)
    }

    @Test func `too little time takes smaller models, down to the smallest`() throws {
        var asked: [Int] = []
        let shape = try sizes.automatic(
            tokens: 40_000_000, teacherOperations: .infinity, length: 200
        ) { shape in
            asked.append(shape.parameters)
            return false
        }
        #expect(asked == asked.sorted(by: >) && asked.count > 3)
        #expect((shape.layers, shape.width) == (2, 64))
    }

    @Test func `a small slice is read up to four times, as far as eight million tokens`() {
        let request = ReferenceRequest()
        let epochs = [500_000, 2_000_000, 4_000_000, 7_999_999, 8_000_000, 90_000_000].map {
            sizes.epochs(tokens: $0, request)
        }
        #expect(epochs == [4, 4, 2, 2, 1, 1])
    }
}
