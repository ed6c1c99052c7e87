import Foundation
import Refinery
import Testing

@testable import TeacherInference
@testable import refinectl

@Suite("Scoring texts with a small model")
struct TextScorerTests {
    private struct Line: Decodable {
        var id: String
        var tokens: Int?
        var bytes: Int?
        var nll: Double?
        var token_ids: [Int]?
        var token_nll: [Float]?
        var error: String?
    }

    private static let folder =
        URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().path + "/Fixtures/models/"

    private func lines(
        _ texts: [String], _ name: String, window: Int? = nil
    ) throws -> (lines: [Line], errors: Int, model: LanguageModel) {
        let model = try LanguageModel(path: Self.folder + name)
        var scorer = TextScorer(
            model: model, options: ScoreLine.Options(perToken: true, window: window))
        let group = try scorer.lines(
            texts.enumerated().map { (Array("\($0.offset)".utf8), Array($0.element.utf8)) })
        let lines = try group.json.split(separator: 0x0A).map {
            try JSONDecoder().decode(Line.self, from: Data($0))
        }
        return (lines, group.errors, model)
    }

    @Test("a line has the ids of all tokens and the NLL of each scored one")
    func perToken() throws {
        let (lines, errors, _) = try lines(["some words", "", "x"], "f32.gguf")
        #expect(errors == 0)
        for line in lines {
            let ids = try #require(line.token_ids)
            let values = try #require(line.token_nll)
            #expect(line.tokens == max(0, ids.count - 1))
            #expect(values.count == line.tokens)
            let sum = values.reduce(0) { $0 + Double($1) }
            #expect(abs(sum - (line.nll ?? -1)) < 1e-4)
        }
        #expect(lines[1].bytes == 0 && lines[1].nll == 0)
    }

    @Test("a text longer than the context is an error of its own line, unless in windows")
    func tooLong() throws {
        let long = String(repeating: "many words and more ", count: 4000)
        let (whole, errors, model) = try lines(["short text", long], "f32.gguf")
        #expect(errors == 1)
        #expect(whole[0].error == nil && whole[0].tokens != nil)
        #expect(whole[1].error?.contains("context is \(model.maxContext)") == true)
        #expect(whole[1].tokens == nil)

        let (cut, none, _) = try lines(["short text", long], "f32.gguf", window: 100)
        #expect(none == 0)
        #expect(cut[0].nll == whole[0].nll && cut[0].bytes == whole[0].bytes)
        let ids = try #require(cut[1].token_ids)
        // Without a context token each window's first token is not scored.
        #expect(cut[1].tokens == ids.count - (ids.count + 99) / 100)
        #expect((cut[1].bytes ?? 0) < long.utf8.count)
    }

    @Test("windows behind a BOS score every token and cover every byte")
    func windowsWithBOS() throws {
        let text = String(repeating: "many words and more ", count: 200)
        let (lines, _, model) = try lines([text], "q8_0-bos.gguf", window: 64)
        #expect(model.contextToken != nil)
        #expect(lines[0].tokens == lines[0].token_ids?.count)
        #expect(lines[0].bytes == text.utf8.count)
    }

    @Test("a text's score has the same bits in any company")
    func company() throws {
        let texts = (1...12).map { String(repeating: "word \($0) ", count: $0 * 7) }
        let together = try lines(texts, "f32.gguf").lines
        for (index, text) in texts.enumerated() {
            let alone = try lines([text], "f32.gguf").lines[0]
            #expect(alone.nll == together[index].nll)
            #expect(alone.token_nll == together[index].token_nll)
        }
    }
}
