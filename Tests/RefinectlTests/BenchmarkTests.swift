import Foundation
import TeacherInference
import Testing

@testable import refinectl

@Suite struct BenchmarkTests {
    private static let model =
        URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().path + "/Fixtures/models/f32.gguf"

    @Test("a measurement counts its tokens and its time, and the parts are all of it")
    func result() throws {
        let benchmark = Benchmark(
            model: try LanguageModel(path: Self.model), threads: 2, batchTokens: 128, length: 32,
            tokens: 1000)
        let result = try benchmark.run()
        #expect(result.tokens == 1024)
        #expect(result.operations == 32 * benchmark.model.operations(tokens: 32))
        let spent = result.parts.values.reduce(0, +)
        #expect(spent > 0 && spent <= 2 * result.seconds * 1.01)
        #expect(result.parts.values.allSatisfy { $0 >= 0 })
        let report = BenchReport(benchmark, result)
        #expect(abs(report.parts.values.reduce(0, +) - 1) < 1e-9)
        #expect(report.efficiency > 0 && report.efficiency < 1)
        #expect(report.residentBytes > report.formulaBytes / 2)
        #expect(report.render().contains("tokens/s"))
    }
}
