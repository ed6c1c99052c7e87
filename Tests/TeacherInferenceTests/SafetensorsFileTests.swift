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
            try refusal(#"{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}"#)
                .contains("F8_E4M3, which is not supported"))
        #expect(
            try refusal(#"{"dtype":"F32","shape":"x","data_offsets":[0,4]}"#).contains("malformed"))
        let escape = #"{"weight_map":{"w":"../../etc/passwd"}}"#
        #expect(
            try self.refusal(["model.safetensors.index.json": Array(escape.utf8)])
                .contains("is no file name in this folder"))
    }
}
