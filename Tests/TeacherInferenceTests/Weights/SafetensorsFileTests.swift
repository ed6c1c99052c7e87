import Foundation
import Testing

@testable import TeacherInference

@Suite struct SafetensorsFileTests {
    private func file(_ header: String, data: [UInt8]) -> [UInt8] {
        GGUFBuilder.bytes(UInt64(header.utf8.count)) + Array(header.utf8) + data
    }

    private func refusal(_ files: [String: [UInt8]]) throws -> String {
        let folder = try Scratch(files: files)
        do {
            _ = try SafetensorsFile(folder: folder.path)
        } catch {
            return error.message
        }
        return "taken"
    }

    @Test("one file and shards by index read back")
    func reads() throws {
        let header =
            #"{"__metadata__":{"format":"pt"},"w":{"dtype":"BF16","shape":[2,1],"data_offsets":[0,4]}}"#
        let one = try Scratch(files: [
            "model.safetensors": file(header, data: [0x80, 0x3F, 0, 0xC0])
        ])
        let tensor = try SafetensorsFile(folder: one.path).tensor("w", shape: [2, 1])
        #expect(ComputeKernels.best.dequantize(tensor.bytes, type: .bf16, count: 2) == [1, -2])

        let other = header.replacingOccurrences(of: "\"w\"", with: "\"v\"")
        let sharded = try Scratch(files: [
            "model-00001-of-00002.safetensors": file(header, data: [1, 2, 3, 4]),
            "model-00002-of-00002.safetensors": file(other, data: [5, 6, 7, 8]),
            "model.safetensors.index.json": Array(
                #"{"weight_map":{"w":"model-00001-of-00002.safetensors","v":"model-00002-of-00002.safetensors"}}"#
                    .utf8),
        ])
        #expect(try SafetensorsFile(folder: sharded.path).tensors.keys.sorted() == ["v", "w"])
    }

    @Test("each damage is named")
    func damages() throws {
        func refusal(_ entry: String, data: [UInt8] = [0, 0, 0, 0]) throws -> String {
            try self.refusal(["model.safetensors": file("{\"w\":\(entry)}", data: data)])
        }
        #expect(try self.refusal([:]).contains("no *.safetensors file"))
        #expect(try self.refusal(["model.safetensors": [1, 2]]).contains("header length"))
        #expect(
            try self.refusal(["model.safetensors": GGUFBuilder.bytes(UInt64.max)])
                .contains("header length"))
        #expect(
            try self.refusal(["model.safetensors": file("[1]", data: [])]).contains(
                "not a JSON object"))
        #expect(
            try refusal(#"{"dtype":"F32","shape":[1],"data_offsets":[0,8]}"#)
                .contains("lies at 0..<8"))
        #expect(
            try refusal(#"{"dtype":"F32","shape":[2],"data_offsets":[0,4]}"#)
                .contains("needs 8 bytes"))
        #expect(
            try refusal(#"{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}"#)
                .contains("lies at"))
        #expect(
            try refusal(#"{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}"#)
                .contains("has the shape"))
        #expect(
            try refusal(#"{"dtype":"F32","shape":"x","data_offsets":[0,4]}"#)
                .contains("\"w\": \"shape\" is not a list of integers"))
        #expect(
            try refusal(#"{"dtype":"F32","shape":[1],"data_offsets":[0]}"#)
                .contains("\"w\": \"shape\" or two \"data_offsets\" are missing"))
        #expect(
            try refusal(#"{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}"#)
                .contains("lies at"))
        #expect(
            try refusal(#"{"dtype":"F32","shape":[1],"data_offsets":[4,0]}"#).contains("lies at"))
        #expect(
            try refusal(#"{"dtype":"F32","shape":[1,1,1,1,1],"data_offsets":[0,4]}"#)
                .contains("has the shape"))
        #expect(
            try refusal(#"{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}"#)
                .contains("has the shape"))
        #expect(
            try refusal(#"{"dtype":4,"shape":[1],"data_offsets":[0,4]}"#)
                .contains("\"w\": \"dtype\" is 4"))
        #expect(
            try refusal(#"{"shape":[1],"data_offsets":[0,4]}"#).contains("\"dtype\" is missing"))
        for entry in ["null", "3", "[]"] {
            #expect(try refusal(entry).contains("entry for \"w\" is no object"))
        }
        let entry = #"{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#
        #expect(
            try self.refusal([
                "model.safetensors": file("{\"w\":\(entry),\"w\":\(entry)}", data: [0, 0, 0, 0])
            ]).contains("twice"))
        #expect(
            try self.refusal([
                "model.safetensors": file("{\"w\":\(entry),\"v\":\(entry)}", data: [0, 0, 0, 0])
            ]).contains("\"v\" and \"w\" overlap"))
        for index in [#"{"weight_map":{}}"#, #"{"weight_map":["w"]}"#, #"{"weight_map":{"w":1}}"#] {
            #expect(
                try self.refusal(["model.safetensors.index.json": Array(index.utf8)])
                    .contains("\"weight_map\" is missing"))
        }
        let absent = #"{"weight_map":{"w":"a.safetensors"}}"#
        #expect(
            try self.refusal(["model.safetensors.index.json": Array(absent.utf8)])
                .contains("cannot open"))
        let both = file("{\"w\":\(entry)}", data: [0, 0, 0, 0])
        #expect(
            try self.refusal(["a.safetensors": both, "b.safetensors": both])
                .contains("2 safetensors files"))
        let twice = #"{"weight_map":{"w":"a.safetensors","v":"b.safetensors"}}"#
        #expect(
            try self.refusal([
                "a.safetensors": both, "b.safetensors": both,
                "model.safetensors.index.json": Array(twice.utf8),
            ]).contains("appears twice"))
        let escape = #"{"weight_map":{"w":"../../etc/passwd"}}"#
        #expect(
            try self.refusal(["model.safetensors.index.json": Array(escape.utf8)])
                .contains("is no file name in this folder"))
    }

    @Test("a header that says it is beyond all sense is refused before it is read")
    func longHeader() throws {
        let folder = try Scratch(files: ["model.safetensors": GGUFBuilder.bytes(UInt64(1 << 27))])
        try #require(truncate(folder.path + "/model.safetensors", 8 + 1 << 27) == 0)
        let error = #expect(throws: ModelError.self) { try SafetensorsFile(folder: folder.path) }
        #expect(error?.message.contains("at most 100000000 are allowed") == true)
    }

    @Test("a type that is not read is refused by name, unless no model needs the tensor")
    func unread() throws {
        let entry = #"{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}"#
        let folder = try Scratch(files: [
            "model.safetensors": file("{\"w\":\(entry)}", data: [0, 0, 0, 0])
        ])
        let read = try SafetensorsFile(folder: folder.path)
        let error = #expect(throws: ModelError.self) { try read.tensor("w", shape: [4]) }
        #expect(error?.message.contains("\"w\" has type F8_E4M3, which is not supported") == true)
        #expect(throws: ModelError.self) { try read.checkUnread { _ in false } }
        try read.checkUnread { $0 == "w" }
        // A bias in such a type must not pass for one that is not there.
        let bias = #"{"dtype":"I8","shape":[4],"data_offsets":[0,4]}"#
        let model = try TinyModel.folder(header: ["model.layers.0.self_attn.q_proj.bias": bias])
        let refusal = #expect(throws: ModelError.self) { try LanguageModel(path: model.path) }
        #expect(refusal?.message.contains("q_proj.bias\" has type I8") == true)
        let mask = try TinyModel.folder(
            header: ["model.layers.0.self_attn.rotary_emb.inv_freq": bias])
        #expect(throws: Never.self) { try LanguageModel(path: mask.path) }
    }

    @Test("a tensor may lie at an odd address")
    func unaligned() throws {
        for pad in 0..<8 {
            let header =
                #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
                + String(repeating: " ", count: pad)
            let folder = try Scratch(files: [
                "model.safetensors": file(
                    header, data: GGUFBuilder.bytes((1.5 as Float, -3 as Float)))
            ])
            #expect(try SafetensorsFile(folder: folder.path).vector("w", count: 2) == [1.5, -3])
        }
    }
}
