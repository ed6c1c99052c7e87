import Foundation
import Testing

@testable import TeacherInference

@Suite struct GGUFSplitTests {
    /// Three parts with a tensor each, as gguf-split writes them: the first has all the metadata.
    private var good: [GGUFBuilder] {
        (0..<3).map { index in
            var builder = GGUFBuilder()
            if index == 0 { builder.set("general.architecture", "llama") }
            builder.set("split.no", UInt16(index))
            builder.set("split.count", UInt16(3))
            builder.set("split.tensors.count", UInt32(3))
            builder.add(
                "t\(index)", shape: [1], type: 0, bytes: GGUFBuilder.bytes(Float(index)))
            return builder
        }
    }

    private func name(_ number: Int, of count: Int = 3) -> String {
        func digits(_ value: Int) -> String { String(String(100_000 + value).dropFirst()) }
        return "model-\(digits(number))-of-\(digits(count)).gguf"
    }

    private func files(_ parts: [GGUFBuilder]) -> [String: [UInt8]] {
        Dictionary(
            uniqueKeysWithValues: parts.enumerated().map { (name($0.offset + 1), $0.element.file) })
    }

    private func set(_ key: String, _ value: UInt64, in part: inout GGUFBuilder) {
        part.metadata.removeAll { $0.key == key }
        part.set(key, value)
    }

    /// What is said to opening part `number` of `parts`, changed first.
    private func refusal(
        opening number: Int = 1, vocabularyOnly: Bool = false,
        _ change: (inout [GGUFBuilder]) -> Void
    ) throws -> String {
        var parts = good
        change(&parts)
        let folder = try Scratch(files: files(parts))
        return refusal(folder.path + "/" + name(number), vocabularyOnly: vocabularyOnly)
    }

    private func refusal(_ path: String, vocabularyOnly: Bool = false) -> String {
        do {
            _ = try GGUFFile(path: path, vocabularyOnly: vocabularyOnly)
        } catch {
            return error.description
        }
        return "taken"
    }

    @Test("any part opens all of the model, in the same order", arguments: 1...3)
    func anyPart(number: Int) throws {
        let folder = try Scratch(files: files(good))
        let file = try GGUFFile(path: folder.path + "/" + name(number))
        #expect(file.metadata["general.architecture"]?.text == "llama")
        #expect(file.tensors.keys.sorted() == ["t0", "t1", "t2"])
        for index in 0..<3 { #expect(try file.vector("t\(index)", count: 1) == [Float(index)]) }
        #expect(file.files.map(\.path) == (1...3).map { folder.path + "/" + name($0) })
    }

    @Test("a first part without tensors is a part like another")
    func emptyFirstPart() throws {
        let path = Models.root + "/Tests/Fixtures/models/split-00003-of-00003.gguf"
        let file = try GGUFFile(path: path)
        #expect(try GGUFPart(path: file.files[0].path).tensors.isEmpty)
        #expect(file.files.count == 3 && file.tensors.count == 21)
        #expect(try LanguageModel(path: path).tokenizer.vocabularySize == 320)
    }

    @Test("parts are found where the link that was named lies, as in the Hugging Face cache")
    func links() throws {
        let blobs = try Scratch(
            files: Dictionary(
                uniqueKeysWithValues: good.enumerated().map { ("\($0.offset)", $0.element.file) }))
        let folder = try Scratch(
            files: [:],
            links: Dictionary(
                uniqueKeysWithValues: (1...3).map { (name($0), "\(blobs.path)/\($0 - 1)") }))
        #expect(refusal(folder.path + "/" + name(2)) == "taken")
    }

    @Test("missing parts are named, and the vocabulary needs the first alone")
    func missing() throws {
        let folder = try Scratch(files: [name(2): good[1].file])
        let said = refusal(folder.path + "/" + name(2))
        #expect(said.contains("of the model's 3 parts 2 are missing"))
        #expect(said.contains(name(1)) && said.contains(name(3)))
        #expect(refusal(folder.path + "/" + name(2), vocabularyOnly: true).contains(name(1)))
        let first = try Scratch(files: [name(1): good[0].file])
        #expect(refusal(first.path + "/" + name(1), vocabularyOnly: true) == "taken")
        #expect(refusal(first.path + "/" + name(1)).contains("2 are missing"))
    }

    @Test("many missing parts are named in part")
    func manyMissing() throws {
        var part = good[0]
        set("split.count", 65_535, in: &part)
        let folder = try Scratch(files: [name(1, of: 65_535): part.file])
        let said = refusal(folder.path + "/" + name(1, of: 65_535))
        #expect(said.contains("of the model's 65535 parts 65534 are missing"))
        #expect(said.contains(name(5, of: 65_535)) && !said.contains(name(6, of: 65_535)))
        #expect(said.contains("and 65530 more"))
    }

    @Test("a name that says something else than the metadata is refused")
    func names() throws {
        let folder = try Scratch(files: [
            "model.gguf": good[1].file, name(1, of: 4): good[0].file, name(3): good[1].file,
            "model-00002-of-00003.GGUF": good[1].file,
        ])
        for name in ["model.gguf", name(1, of: 4), name(3), "model-00002-of-00003.GGUF"] {
            #expect(refusal(folder.path + "/" + name).contains("its name does not end in"))
        }
        // A head left in a part that is not there would make the embedding the head.
        var whole = good[0]
        whole.metadata.removeAll { $0.key.hasPrefix("split.") }
        let named = try Scratch(files: [name(1): whole.file, name(1, of: 1): whole.file])
        #expect(refusal(named.path + "/" + name(1)).contains("split.count is missing"))
        #expect(refusal(named.path + "/" + name(1, of: 1)) == "taken")
    }

    @Test("what gguf-split merged is a whole model")
    func merged() throws {
        var whole = good[0]
        for (key, value) in [("split.count", 0), ("split.no", 0), ("split.tensors.count", 1)] {
            set(key, UInt64(value), in: &whole)
        }
        let scratch = try Scratch(whole.file)
        #expect(refusal(scratch.path) == "taken")
        set("split.tensors.count", 2, in: &whole)
        let short = try Scratch(whole.file)
        withExtendedLifetime(short) {
            #expect(refusal(short.path).contains("1 tensors, but split.tensors.count is 2"))
        }
    }

    @Test("each damage to the parts' numbers is named")
    func damages() throws {
        #expect(
            try refusal { set("split.count", 4_000_000_000, in: &$0[0]) }
                .contains("split.count is 4000000000, expected 0 to 65535"))
        #expect(
            try refusal { set("split.count", .max, in: &$0[0]) }.contains("no number that fits"))
        #expect(
            try refusal { set("split.count", 4, in: &$0[0]) }.contains("it is part 1 of 4"))
        #expect(
            try refusal { set("split.count", 0, in: &$0[2]) }.contains("split.count is 0"))
        #expect(
            try refusal { set("split.no", 3, in: &$0[0]) }
                .contains("split.no is 3, expected 0 to 2"))
        #expect(
            try refusal { $0[0].metadata.removeAll { $0.key == "split.no" } }
                .contains("split.no is missing"))
        #expect(
            try refusal { $0[1].metadata.removeAll { $0.key == "split.tensors.count" } }
                .contains("split.tensors.count is missing"))
        #expect(
            try refusal { $0[1].metadata.removeAll { $0.key == "split.count" } }
                .contains("split.no is 1, expected 0 to 0"))
        #expect(
            try refusal { $0[0].set("split.tensors.count", "3") }.contains("appears twice"))
    }

    @Test("a part of another model is refused")
    func otherModel() throws {
        #expect(
            try refusal { set("split.tensors.count", 4, in: &$0[2]) }
                .contains("\(name(3)): a part of another model"))
        #expect(
            try refusal { parts in
                for index in 0..<3 { set("split.tensors.count", 4, in: &parts[index]) }
            }.contains("hold 3 tensors, but split.tensors.count is 4"))
        #expect(
            try refusal { $0[1].set("general.architecture", "qwen2") }
                .contains("\"general.architecture\" is not what"))
        #expect(try refusal { $0[1].set("general.architecture", "llama") } == "taken")
        #expect(
            try refusal(opening: 3) { $0[2].tensors[0].name = "t0" }
                .contains("\"t0\" is in an earlier part too"))
    }

    @Test("a part that is damaged, a link to itself, to another part or a pipe is refused")
    func brokenParts() throws {
        var parts = files(good)
        parts[name(2)] = Array("GGUF".utf8)
        let short = try Scratch(files: parts)
        #expect(refusal(short.path + "/" + name(1)).contains("\(name(2)): version needs 4 bytes"))
        parts[name(2)] = nil
        let loop = try Scratch(files: parts, links: [name(2): name(2)])
        #expect(
            refusal(loop.path + "/" + name(1))
                .contains("\(name(2)): Too many levels of symbolic links"))
        let same = try Scratch(files: parts, links: [name(2): name(1)])
        #expect(refusal(same.path + "/" + name(3)).contains("\(name(2)): it is part 1 of 3"))
        let pipe = try Scratch(files: parts)
        try #require(mkfifo(pipe.path + "/" + name(2), 0o600) == 0)
        #expect(refusal(pipe.path + "/" + name(1)).contains("not a regular file"))
    }
}
