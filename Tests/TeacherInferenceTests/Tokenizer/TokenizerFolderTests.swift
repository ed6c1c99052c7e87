import Foundation
import Testing

@testable import TeacherInference

/// A model's tokenizer, written into another folder.
@Suite struct TokenizerFolderTests {
    private func files(_ folder: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            files[name] = try TokenizerFixtures.bytes(folder + "/" + name)
        }
        return files
    }

    @Test func `a GGUF's tokenizer becomes the one of its Hugging Face folder`() throws {
        let fixtures = Models.root + "/Tests/Fixtures/"
        for name in ["families/llama-yarn", "families/qwen3", "models/linear-rope"] {
            let target = try Scratch(files: [:])
            let written = try TokenizerFolder.write(of: fixtures + name + ".gguf", to: target.path)
            #expect(written == ["tokenizer.json", "tokenizer_config.json"])
            #expect(try Set(files(target.path).keys) == Set(written))
            let found = try LanguageModel.loadTokenizer(path: target.path)
            let folder = try LanguageModel.loadTokenizer(path: fixtures + name)
            #expect(found.contentBytes == folder.contentBytes, "\(name)")
        }
    }

    @Test func `the teacher's tokenizer is that of the reference, in the same bytes each time`()
        throws
    {
        guard let teacher = Models.teacher else { return }
        let (first, second) = (try Scratch(files: [:]), try Scratch(files: [:]))
        try TokenizerFolder.write(of: teacher, to: first.path)
        try TokenizerFolder.write(of: teacher, to: second.path)
        #expect(try files(first.path) == files(second.path))
        let found = try LanguageModel.loadTokenizer(path: first.path)
        let reference = try LanguageModel.loadTokenizer(path: Models.reference)
        #expect(found.contentBytes == reference.contentBytes)
        let own = try LanguageModel.loadTokenizer(path: teacher)
        #expect(!found.addsBOS && found.bosToken == own.bosToken)
    }

    @Test func `a folder's files are copied as they are, links as what they point to`() throws {
        let json = TokenizerFixtures.smallJSON()
        let blob = try Scratch(json)
        let source = try Scratch(
            files: ["tokenizer_config.json": Array("{}\n".utf8), "config.json": [1]],
            links: ["tokenizer.json": blob.path])
        let target = try Scratch(files: ["tokenizer.json": [1, 2, 3], "other": [4]])
        let written = try TokenizerFolder.write(of: source.path, to: target.path)
        #expect(written == ["tokenizer.json", "tokenizer_config.json"])
        let expected = [
            "tokenizer.json": json, "tokenizer_config.json": Array("{}\n".utf8), "other": [4],
        ]
        #expect(try files(target.path) == expected)
        let type = try FileManager.default.attributesOfItem(atPath: target.path + "/tokenizer.json")
        #expect(type[.type] as? FileAttributeType == .typeRegular)
    }

    @Test func `a link at a file's place is replaced, and what it points to is left alone`() throws
    {
        let outside = try Scratch([7])
        let source = try Scratch(files: ["tokenizer.json": TokenizerFixtures.smallJSON()])
        let target = try Scratch(files: [:], links: ["tokenizer.json": outside.path])
        try TokenizerFolder.write(of: source.path, to: target.path)
        #expect(try TokenizerFixtures.bytes(outside.path) == [7])
    }

    @Test func `a folder with a file of another tokenizer is refused`() throws {
        let source = try Scratch(files: ["tokenizer.json": TokenizerFixtures.smallJSON()])
        let target = try Scratch(files: ["added_tokens.json": Array("{}".utf8)])
        let error = try #require(throws: ModelError.self) {
            try TokenizerFolder.write(of: source.path, to: target.path)
        }
        #expect(error.message.contains("added_tokens.json"))
        #expect(try files(target.path).count == 1)
    }

    @Test func `a pipe in a model's folder and a target that is no folder are refused`() throws {
        let source = try Scratch(files: ["tokenizer.json": TokenizerFixtures.smallJSON()])
        let target = try Scratch(files: [:])
        #expect(throws: ModelError.self) {
            try TokenizerFolder.write(of: source.path, to: target.path + "/missing")
        }
        #expect(mkfifo(source.path + "/special_tokens_map.json", 0o600) == 0)
        let error = try #require(throws: ModelError.self) {
            try TokenizerFolder.write(of: source.path, to: target.path)
        }
        #expect(error.message.contains("not a regular file"))
        #expect(throws: ModelError.self) {
            try TokenizerFolder.write(of: source.path + "/nothing", to: target.path)
        }
        #expect(try files(target.path).isEmpty)
    }

    @Test func `a folder with another tokenizer does not pass the check`() throws {
        let small = try Scratch(files: ["tokenizer.json": TokenizerFixtures.smallJSON()])
        let tokenizer = try LanguageModel.loadTokenizer(path: small.path)
        try TokenizerFolder.check(small.path, against: tokenizer)
        #expect(throws: ModelError.self) {
            try TokenizerFolder.check(Models.reference, against: tokenizer)
        }
    }
}
