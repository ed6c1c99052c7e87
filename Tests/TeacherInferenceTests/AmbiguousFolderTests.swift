import Foundation
import Testing

@testable import TeacherInference

/// Folders in which two files, or a file and a field, say different things.
@Suite struct AmbiguousFolderTests {
    private let index = Array(#"{"weight_map": {"a": "model-00001-of-00001.safetensors"}}"#.utf8)

    /// The tiny model with a head that has the numbers of the embedding, `reversed` or not.
    private func withHead(reversed: Bool) throws -> Scratch {
        let width = TinyModel.tokens.count * TinyModel.width * 4
        return try TinyModel.folder { files in
            guard let bytes = files["model.safetensors"] else { return }
            let length = bytes.prefix(8).enumerated().reduce(0) { $0 + Int($1.1) << (8 * $1.0) }
            let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
            let data = bytes[(8 + length)...]
            // The embedding is the last of the tensors by GGUF's names.
            let start = data.count - width
            var head = Array(data.suffix(width))
            if reversed { head.reverse() }
            let entry =
                #","lm_head.weight":{"dtype":"F32","shape":[\#(TinyModel.tokens.count),"#
                + "\(TinyModel.width)],\"data_offsets\":[\(start + width),\(start + 2 * width)]}}"
            let text = header.dropLast() + entry
            files["model.safetensors"] =
                GGUFBuilder.bytes(UInt64(text.utf8.count)) + Array(text.utf8) + data + head
        }
    }

    @Test func `a head that differs from a tied embedding is used, one that repeats it is not`()
        throws
    {
        let same = try withHead(reversed: false)
        let differing = try withHead(reversed: true)
        let (tied, untied) = (
            try LanguageModel(path: same.path), try LanguageModel(path: differing.path)
        )
        #expect(tied.tiesHead)
        #expect(tied.arithmetic.hasSuffix("tied=true"))
        #expect(!untied.tiesHead)
        #expect(untied.arithmetic.hasSuffix("tied=false"))
        #expect(
            untied.parameterCount
                == tied.parameterCount + TinyModel.tokens.count * TinyModel.width)
    }

    @Test func `one file of weights is taken beside an index whose shards are gone`() throws {
        let folder = try TinyModel.folder { $0["model.safetensors.index.json"] = index }
        let model = try LanguageModel(path: folder.path)
        #expect(model.weightFiles.map(\.path) == [folder.path + "/model.safetensors"])
    }

    @Test func `one file of weights beside an index with all its shards is refused`() throws {
        let folder = try TinyModel.folder {
            $0["model.safetensors.index.json"] = index
            $0["model-00001-of-00001.safetensors"] = $0["model.safetensors"]
        }
        let error = #expect(throws: ModelError.self) { try LanguageModel(path: folder.path) }
        #expect(error?.message.contains("model.safetensors.index.json names are there") == true)
        #expect(error?.hint?.contains("remove the stale one") == true)
    }

    @Test func `a PEFT adapter beside weights is refused`() throws {
        let folder = try TinyModel.folder { $0["adapter_config.json"] = Array("{}".utf8) }
        let error = #expect(throws: ModelError.self) { try LanguageModel(path: folder.path) }
        #expect(error?.message.contains("adapter_config.json") == true)
    }
}
