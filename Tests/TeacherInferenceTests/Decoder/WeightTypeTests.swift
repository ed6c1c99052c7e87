import Foundation
import Testing

@testable import TeacherInference

/// Every family in every weight type, in models that the test makes of the committed ones.
///
/// Weights become Float32 before they are multiplied, so a model must score as the model of the
/// same values in F32 does, to the last bit: what a type's values are, and what a family makes of
/// them in 16 bits, ``ParityTests`` holds against the judges. `make matrix` holds every pair of
/// the two against transformers.
@Suite(.serialized) struct WeightTypeTests {
    private static let families = Models.root + "/Tests/Fixtures/families/"

    @Test(
        "a GGUF of any weight type scores as one of the same values in F32",
        arguments: [
            "llama-yarn", "qwen2", "qwen3", "gpt2", "gpt_neox", "olmo2", "phi3", "gemma2", "gemma3",
            "mixtral", "qwen3moe", "olmoe", "smollm3",
        ])
    func gguf(family: String) throws {
        let committed = try GGUFFile(path: Self.families + family + ".gguf")
        for type in TensorType.allCases where type != .f32 {
            let (typed, plain) = try WideModel.files(like: committed, type: type)
            try expectSameScores(typed, plain, "\(family) in \(type.name)")
        }
    }

    @Test(
        "a folder of any weight type scores as one of the same values in F32",
        arguments: [
            "mistral", "qwen2", "qwen3", "gpt2", "gpt_neox", "olmo2", "phi3", "gemma2", "gemma3",
            "mixtral", "qwen3moe", "olmoe", "llama-yarn", "smollm3",
        ])
    func folder(family: String) throws {
        let committed = Self.families + family
        for type in [TensorType.f16, .bf16] {
            let (typed, plain) = try FloatFolder.folders(like: committed, type: type)
            try expectSameScores(typed, plain, "\(family) in \(type.name)")
        }
    }

    private func expectSameScores(_ typed: Scratch, _ plain: Scratch, _ label: String) throws {
        var noise = Noise(seed: 9)
        let sequences = [40, 3].map { length in
            (0..<length).map { _ in TokenID.random(in: 0..<320, using: &noise) }
        }
        for kernels in ComputeKernels.available {
            let scores = try [typed, plain].map { file in
                let model = try LanguageModel(path: file.path, kernels: kernels)
                var scorer = BatchScorer(model: model, maxTokens: 512)
                return try scorer.score(sequences)
            }
            #expect(scores[0].allSatisfy { $0.isFinite }, "\(label) on \(kernels.name)")
            #expect(scores[0] == scores[1], "\(label) on \(kernels.name)")
        }
    }
}

/// A model with the metadata of a committed GGUF, but one layer and rows wide enough for a block
/// of any type.
private enum WideModel {
    /// Its matrices once in `type`, of random blocks, and once as the values of those in F32.
    static func files(
        like committed: GGUFFile, type: TensorType
    ) throws -> (typed: Scratch, plain: Scratch) {
        var typed = GGUFBuilder()
        for (key, value) in committed.metadata.sorted(by: { $0.key < $1.key }) {
            typed.set(key, widened(key, value))
        }
        var plain = typed
        var noise = Noise(seed: 10)
        let blocks = blocks(of: type, &noise)
        for tensor in committed.tensors.values.sorted(by: { $0.name < $1.name })
        where !tensor.name.hasPrefix("blk.") || tensor.name.hasPrefix("blk.0.") {
            let shape = shape(tensor), count = shape.reduce(1, *)
            let places = shape.reversed().map(UInt64.init)
            guard shape.count > 1 else {
                let bytes = noise.floats(count).flatMap(GGUFBuilder.bytes)
                typed.add(tensor.name, shape: places, type: 0, bytes: bytes)
                plain.add(tensor.name, shape: places, type: 0, bytes: bytes)
                continue
            }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(count / type.blockCount * type.blockBytes)
            for _ in 0..<count / type.blockCount {
                bytes += blocks[Int(noise.next() % UInt64(blocks.count))]
            }
            typed.add(tensor.name, shape: places, type: UInt32(type.rawValue), bytes: bytes)
            plain.add(tensor.name, shape: places, type: 0, bytes: floats(bytes, type, count))
        }
        return (try Scratch(typed.file, suffix: ".gguf"), try Scratch(plain.file, suffix: ".gguf"))
    }

    /// Random bytes, of which blocks are taken whose numbers are as large as weights are.
    private static func blocks(of type: TensorType, _ noise: inout Noise) -> [[UInt8]] {
        var blocks: [[UInt8]] = []
        while blocks.count < 64 {
            let bytes = (0..<type.blockBytes).map { _ in UInt8.random(in: 0...255, using: &noise) }
            let values = bytes.withUnsafeBytes {
                ComputeKernels.best.dequantize($0, type: type, count: type.blockCount)
            }
            let isFinite = values.allSatisfy(\.isFinite)
            if isFinite, 0.05...0.5 ~= values.reduce(0, { max($0, abs($1)) }) {
                blocks.append(bytes)
            }
        }
        return blocks
    }

    /// Experts are 24 wide in the committed models, all other sizes are powers of two.
    private static func widened(_ size: Int) -> Int { size == 24 ? 256 : 8 * size }

    private static func widened(_ key: String, _ value: GGUFValue) -> GGUFValue {
        let name = key.split(separator: ".").dropFirst().joined(separator: ".")
        if name == "block_count" { return .unsigned(1) }
        let sizes = [
            "embedding_length", "feed_forward_length", "expert_feed_forward_length",
            "attention.key_length", "attention.value_length", "rope.dimension_count",
        ]
        guard sizes.contains(name), let size = value.integer else { return value }
        return .unsigned(UInt64(widened(size)))
    }

    /// Tokens, positions and experts stay as many.
    private static func shape(_ tensor: Tensor) -> [Int] {
        var shape = tensor.shape.map(widened)
        let kept = ["token_embd", "output", "position_embd", "blk.0.ffn_gate_inp"]
        if shape.count == 3 || kept.contains(where: { tensor.name == $0 + ".weight" }) {
            shape[0] = tensor.shape[0]
        }
        return shape
    }
}

/// A committed folder with other numbers in its one safetensors file.
private enum FloatFolder {
    private typealias Entry = (name: String, shape: [Int], bytes: [UInt8])

    /// Its tensors once in `type`, and once as the values of those in F32.
    static func folders(
        like committed: String, type: TensorType
    ) throws -> (typed: Scratch, plain: Scratch) {
        let tensors = try SafetensorsFile(folder: committed).tensors.values
        let typed = tensors.map { ($0.name, $0.shape, rounded($0, type)) }
        let plain = zip(tensors, typed).map { ($0.name, $0.shape, floats($1.2, type, $0.count)) }
        return (
            try folder(like: committed, type, typed), try folder(like: committed, .f32, plain)
        )
    }

    private static func folder(
        like committed: String, _ type: TensorType, _ tensors: [Entry]
    ) throws -> Scratch {
        var entries: [String] = []
        var data: [UInt8] = []
        for (name, shape, bytes) in tensors {
            let places = [data.count, data.count + bytes.count]
            entries.append(
                #""\#(name)":{"dtype":"\#(type.name)","shape":\#(shape),"data_offsets":\#(places)}"#
            )
            data += bytes
        }
        let header = Array("{\(entries.joined(separator: ","))}".utf8)
        var files = [
            "model.safetensors": GGUFBuilder.bytes(UInt64(header.count)) + header + data
        ]
        for name in ["config.json", "tokenizer.json"] {
            let url = URL(fileURLWithPath: committed + "/" + name)
            files[name] = [UInt8](try Data(contentsOf: url))
        }
        return try Scratch(files: files)
    }

    /// A tensor's numbers in 16 bits; in BF16 they are cut off, which will do here.
    private static func rounded(_ tensor: Tensor, _ type: TensorType) -> [UInt8] {
        ComputeKernels.best.dequantize(tensor.bytes, type: tensor.type, count: tensor.count)
            .flatMap { value in
                GGUFBuilder.bytes(
                    type == .bf16 ? UInt16(value.bitPattern >> 16) : Float16(value).bitPattern)
            }
    }
}

/// The bytes of `count` numbers of `type` as those of Float32.
private func floats(_ bytes: [UInt8], _ type: TensorType, _ count: Int) -> [UInt8] {
    let values = bytes.withUnsafeBytes {
        ComputeKernels.best.dequantize($0, type: type, count: count)
    }
    return values.withUnsafeBytes { [UInt8]($0) }
}

extension GGUFBuilder {
    /// Integers in 64 bits and numbers as doubles.
    fileprivate mutating func set(_ key: String, _ value: GGUFValue) {
        switch value {
        case .unsigned(let value): set(key, value)
        case .signed(let value): metadata.append((key, 11, Self.bytes(value)))
        case .real(let value): metadata.append((key, 12, Self.bytes(value)))
        case .bool(let value): metadata.append((key, 7, [value ? 1 : 0]))
        case .string(let text): metadata.append((key, 8, Self.bytes(UInt64(text.count)) + text))
        case .strings(let values): setStrings(key, values)
        case .integers(let values): setIntegers(key, values.map(Int32.init))
        case .reals, .bools: preconditionFailure("\(key): no model of ours has such an array")
        }
    }
}
