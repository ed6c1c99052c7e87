import Testing

@testable import Prediction

@Suite struct SamplingTests {
    @Test("a text's place is hashlib's")
    func place() {
        // SHA-256 of "abc".
        let abc: [UInt8] = [
            186, 120, 22, 191, 143, 1, 207, 234, 65, 65, 64, 222, 93, 174, 34, 35, 176, 3, 97, 163,
            150, 23, 122, 156, 180, 16, 255, 97, 242, 0, 21, 173,
        ]
        #expect(TeacherSample.place(ofText: abc, seed: 0) == 50_109_409_773_024_348)
        #expect(TeacherSample.place(ofText: abc, seed: 7) == 11_396_412_212_645_237)
    }

    private let percent = TeacherSample.places / 100

    @Test("half of the share, rounded down to a stage, is drawn before anything is predicted")
    func stages() throws {
        for (share, stage) in [(2, 1), (3, 1), (4, 2), (10, 5), (20, 10), (100, 10), (1, 1)] {
            let sample = try TeacherSample(share: share * percent, ofChunks: 1_000_000)
            #expect(sample.threshold == stage * percent)
        }
        // 200 of 1,000 chunks are a fifth.
        #expect(
            try TeacherSample(share: 30 * percent, ofChunks: 1000).threshold == 20 * percent)
    }

    @Test("a share of fewer than 200 chunks is refused, with the share that is needed")
    func refused() throws {
        let error = #expect(throws: PredictionError.self) {
            try TeacherSample(share: 19 * percent, ofChunks: 1000)
        }
        #expect(try #require(error?.hint).contains("0.2,"))
        #expect(throws: PredictionError.self) {
            try TeacherSample(share: TeacherSample.places, ofChunks: 199)
        }
        #expect(throws: Never.self) {
            try TeacherSample(share: TeacherSample.places, ofChunks: 200)
        }
    }

    /// Places at random of chunks, of which the last `few` are of domain 1.
    private func corpus(_ count: Int, few: Int) -> (places: [Int], domains: [Int]) {
        var random = Fixture.Noise(state: 9)
        return (
            (0..<count).map { _ in Int.random(in: 0..<TeacherSample.places, using: &random) },
            (0..<count).map { $0 < count - few ? 0 : 1 }
        )
    }

    @Test("a larger share takes all that a smaller one took, and about its share")
    func nested() {
        let (places, domains) = corpus(20_000, few: 10)
        var smaller: Set<Int> = []
        for stage in TeacherSample.stages {
            let draw = TeacherSample(threshold: stage).draw(places: places, domains: domains)
            #expect(Set(draw.chunks).isSuperset(of: smaller))
            #expect(draw.chunks == draw.chunks.sorted())
            smaller = Set(draw.chunks)
        }
        #expect((1900...2100).contains(smaller.count))
    }

    @Test("a domain with few chunks is filled up with those of the lowest places")
    func floor() throws {
        let (places, domains) = corpus(20_000, few: 200)
        let draw = TeacherSample(threshold: percent).draw(places: places, domains: domains)
        let ofFew = draw.chunks.filter { $0 >= 19_800 }
        #expect(ofFew.count == TeacherSample.mostOfFloor)
        let largest = try #require(ofFew.map { places[$0] }.max())
        #expect((19_800..<20_000).count { places[$0] <= largest } == TeacherSample.mostOfFloor)
        #expect(draw.probabilities == [0: 0.01, 1: 0.1])
    }

    @Test("the cut is where the sizes' share ends")
    func cut() {
        let differences = [0.5, 2, 1, -1]
        #expect(
            SelectionCut.share(0.5).value(differences: differences, sizes: [1, 1, 1, 1]) == 1)
        #expect(
            SelectionCut.share(0.5).value(differences: differences, sizes: [1, 9, 1, 1]) == 2)
        #expect(
            SelectionCut.share(0).value(differences: differences, sizes: [1, 1, 1, 1]) == .infinity)
        #expect(SelectionCut.threshold(0.25).value(differences: [], sizes: []) == 0.25)
    }

    @Test("the band has the chunks nearest to the cut, as many as the budget, and none without one")
    func band() throws {
        let set = try Fixture(chunks: 300, noise: 1).learningSet
        let prediction = try DifferencePrediction(set)
        let spread = PredictionSpread(set, prediction, cut: 0)
        let predictions = (0..<100).map { Double($0) / 10 - 5 }
        let domains = [String?](repeating: nil, count: 100)
        let band = CutBand(
            cut: 0, spread: spread, predictions: predictions, domains: domains, budget: 21)
        let read = predictions.filter { band.contains($0, domain: nil) }
        #expect(read == Array(predictions[40...60]))
        let none = CutBand(
            cut: 0, spread: spread, predictions: predictions, domains: domains, budget: 0)
        #expect(!predictions.contains { none.contains($0, domain: nil) })
    }

    @Test("a domain that is predicted badly has a wider band")
    func spread() throws {
        var fixture = Fixture(chunks: 600, noise: 0.5)
        var random = Fixture.Noise(state: 5)
        for index in fixture.differences.indices where fixture.domains[index] == "code" {
            fixture.differences[index] += 3 * random.normal()
        }
        let set = try fixture.learningSet
        let spread = PredictionSpread(set, try DifferencePrediction(set), cut: 0)
        #expect(spread.error("code") > 1.5 * spread.error("prose"))
        #expect(spread.error("poems") == spread.common)
        let band = CutBand(
            cut: 0, spread: spread, predictions: [0.5, 0.5, 1], domains: ["prose", "code", "code"],
            budget: 2)
        #expect(band.contains(1, domain: "code"))
        #expect(!band.contains(0.9, domain: "prose"))
    }
}
