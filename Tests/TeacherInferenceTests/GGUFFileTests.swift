import Foundation
import Testing

@testable import TeacherInference

@Suite struct GGUFFileTests {
    private var good: GGUFBuilder {
        var builder = GGUFBuilder()
        builder.set("general.architecture", "llama")
        builder.set("llama.block_count", UInt32(1))
        builder.add("a", shape: [32, 2], type: 8, bytes: [UInt8](repeating: 1, count: 68))
        builder.add(
            "b", shape: [3], type: 0,
            bytes: GGUFBuilder.bytes((1.5 as Float, 2 as Float, -3 as Float)))
        return builder
    }

    private func refusal(_ bytes: [UInt8]) throws -> String {
        let scratch = try Scratch(bytes, suffix: ".gguf")
        do {
            _ = try GGUFFile(path: scratch.path)
        } catch {
            #expect(error.message.contains(scratch.path), "the error does not name the file")
            return error.message
        }
        return "taken"
    }

    @Test("a file written by hand reads back", arguments: [2, 3])
    func reads(version: Int) throws {
        var builder = good
        builder.version = UInt32(version)
        let scratch = try Scratch(builder.file)
        let file = try GGUFFile(path: scratch.path)
        #expect(file.metadata["general.architecture"]?.text == "llama")
        #expect(file.metadata["llama.block_count"]?.integer == 1)
        #expect(try file.tensor("a", shape: [2, 32]).type == .q8_0)
        #expect(try file.vector("b", count: 3) == [1.5, 2, -3])
    }

    @Test("every truncation is refused, none crashes")
    func truncated() throws {
        let bytes = good.file
        let last = try #require(good.tensors.last)
        let needed = bytes.count - good.data.count + Int(last.offset) + 12
        for count in 0..<needed {
            #expect(try refusal([UInt8](bytes.prefix(count))) != "taken")
        }
        #expect(try refusal([UInt8](bytes.prefix(needed))) == "taken")
    }

    @Test("a flipped byte anywhere never crashes")
    func flipped() throws {
        let bytes = good.file
        for index in 0..<bytes.count - good.data.count {
            for value: UInt8 in [0, 1, 0x7F, 0xFF] {
                var broken = bytes
                broken[index] = value
                _ = try refusal(broken)
            }
        }
    }

    @Test("each damage is named")
    func damages() throws {
        func refusal(_ change: (inout GGUFBuilder) -> Void) throws -> String {
            var builder = good
            change(&builder)
            return try self.refusal(builder.file)
        }
        #expect(try self.refusal(Array("GGML".utf8)).contains("not a GGUF file"))
        #expect(try refusal { $0.version = 1 }.contains("version 1, expected 2 or 3"))
        #expect(try refusal { $0.tensorCount = .max }.contains("number of tensors is"))
        #expect(try refusal { $0.set("llama.block_count", UInt32(2)) }.contains("appears twice"))
        #expect(
            try refusal { $0.tensors[0].type = 16 }
                .contains("type IQ2_XXS, which is not supported"))
        #expect(try refusal { $0.tensors[0].type = 40 }.contains("type NVFP4, which"))
        #expect(try refusal { $0.tensors[0].type = 99 }.contains("number 99"))
        #expect(try refusal { $0.tensors[0].type = .max }.contains("number 4294967295"))
        #expect(try refusal { $0.tensors[0].offset = 8 }.contains("not a multiple of 32"))
        #expect(try refusal { $0.tensors[0].offset = 1 << 62 }.contains("needs 68 bytes"))
        #expect(try refusal { $0.tensors[1].shape = [1 << 31, 1 << 31] }.contains("dimension of"))
        #expect(
            try refusal { $0.tensors[1].shape = [1 << 30, 1 << 30, 1 << 30] }
                .contains("does not divide"))
        #expect(
            try refusal { $0.tensors[0].shape = [33, 2] }.contains("does not divide into Q8_0"))
        #expect(try refusal { $0.tensors[1].name = "a" }.contains("appears twice"))
        #expect(try refusal { $0.set("general.alignment", UInt32(3)) }.contains("power of two"))
        #expect(
            try refusal { $0.metadata.append(("x", 9, GGUFBuilder.bytes(UInt32(9)))) }
                .contains("array of type 9"))
        #expect(
            try refusal {
                $0.metadata.append(
                    ("x", 9, GGUFBuilder.bytes(UInt32(4)) + GGUFBuilder.bytes(UInt64.max)))
            }.contains("length of array"))
    }

    @Test(
        "a row that is no whole number of blocks is refused, one block more than there are bytes too",
        arguments: TensorType.allCases.filter { $0.blockCount > 1 })
    func blocks(type: TensorType) throws {
        func refusal(columns: Int, blocks: Int) throws -> String {
            var builder = GGUFBuilder()
            builder.add(
                "w", shape: [UInt64(columns), 2], type: UInt32(type.rawValue),
                bytes: [UInt8](repeating: 0, count: blocks * type.blockBytes))
            // Padding must not make up for bytes that are not there.
            builder.data.removeLast(builder.data.count - blocks * type.blockBytes)
            return try self.refusal(builder.file)
        }
        #expect(try refusal(columns: 3 * type.blockCount, blocks: 6) == "taken")
        #expect(
            try refusal(columns: 3 * type.blockCount + type.blockCount / 2, blocks: 7)
                .contains("does not divide into \(type.name) blocks"))
        #expect(
            try refusal(columns: 3 * type.blockCount, blocks: 5)
                .contains("needs \(6 * type.blockBytes) bytes"))
    }

    @Test("the refusal of a type names all that are read")
    func supportedTypes() throws {
        var builder = good
        builder.tensors[0].type = 16
        let scratch = try Scratch(builder.file)
        let error = #expect(throws: ModelError.self) { try GGUFFile(path: scratch.path) }
        for type in TensorType.allCases { #expect(error?.hint?.contains(type.name) == true) }
    }

    @Test("a named pipe is refused and not waited for")
    func pipe() throws {
        let folder = try Scratch(files: [:])
        try #require(mkfifo(folder.path + "/model.gguf", 0o600) == 0)
        let error = #expect(throws: ModelError.self) {
            try GGUFFile(path: folder.path + "/model.gguf")
        }
        #expect(error?.message.contains("not a regular file") == true)
    }
}
