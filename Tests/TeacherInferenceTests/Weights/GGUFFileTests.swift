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

    @Test("numbers at the edge of what a file can say are refused")
    func edges() throws {
        func refusal(_ change: (inout GGUFBuilder) -> Void) throws -> String {
            var builder = good
            change(&builder)
            return try self.refusal(builder.file)
        }
        func count(_ value: UInt64) -> [UInt8] { GGUFBuilder.bytes(value) }
        func array(_ type: UInt32, _ length: UInt64, _ content: [UInt8]) -> [UInt8] {
            GGUFBuilder.bytes(type) + count(length) + content
        }
        var manyKeys = good.file
        manyKeys.replaceSubrange(16..<24, with: count(.max))
        #expect(try self.refusal(manyKeys).contains("number of metadata entries is"))
        #expect(try refusal { $0.tensors[0].shape = [] }.contains("0 dimensions"))
        #expect(try refusal { $0.tensors[1].shape = [3, 1, 1, 1, 1] }.contains("5 dimensions"))
        for alignment: UInt32 in [0, 48, 1 << 21, 1 << 31, .max] {
            #expect(
                try refusal { $0.set("general.alignment", alignment) }.contains("power of two"))
        }
        #expect(
            try refusal { $0.tensors[0].name = String(repeating: "n", count: 65_536) }
                .contains("at most 65535"))
        #expect(
            try refusal { $0.metadata.append(("x", 13, [])) }.contains("unknown metadata type 13"))
        #expect(
            try refusal { $0.metadata.append(("x", 8, count(1 << 40))) }
                .contains("length of a string"))
        #expect(
            try refusal { $0.metadata.append(("x", 9, array(8, 1 << 60, count(0)))) }
                .contains("length of array"))
        #expect(
            try refusal { $0.metadata.append(("x", 9, array(10, 1, count(1 << 63)))) }
                .contains("beyond 63 bits"))
    }

    @Test("a name that is not UTF-8 is refused", arguments: ["block_count", "tensor b"])
    func names(name: String) throws {
        var builder = good
        builder.tensors[1].name = "tensor b"
        var bytes = builder.file
        let start = bytes.indices.first { bytes[$0...].starts(with: name.utf8) }
        bytes[try #require(start)] = 0xFF
        #expect(try refusal(bytes).contains("is not valid UTF-8"))
    }

    @Test("tensors that share bytes are refused, empty ones beside others are not")
    func overlaps() throws {
        var builder = good
        builder.tensors[1].offset = 64
        #expect(try refusal(builder.file).contains("\"a\" and \"b\" overlap"))
        builder.tensors[1].offset = 0
        #expect(try refusal(builder.file).contains("overlap"))
        builder.tensors[1].shape = [0]
        #expect(try refusal(builder.file) == "taken")
    }

    @Test("a tensor may lie at any address that the file's alignment allows, an odd one too")
    func unaligned() throws {
        let numbers: [Float] = [1.5, 2, -3]
        for pad in 0..<8 {
            var builder = GGUFBuilder()
            builder.alignment = 1
            builder.set("general.alignment", UInt32(1))
            builder.add("pad", shape: [1], type: 0, bytes: [0, 0, 0, 0])
            builder.data += [UInt8](repeating: 0, count: pad)
            builder.add("b", shape: [3], type: 0, bytes: numbers.flatMap(GGUFBuilder.bytes))
            let scratch = try Scratch(builder.file)
            #expect(try GGUFFile(path: scratch.path).vector("b", count: 3) == numbers)
        }
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
