import Foundation
import Testing

@testable import TeacherInference

/// What of a whole model is refused: each with one error that names it.
@Suite struct ModelRefusalTests {
    private func refusal(_ folder: Scratch) -> String {
        withExtendedLifetime(folder) { refusal(folder.path) }
    }

    private func refusal(_ path: String, context: String = "auto") -> String {
        do {
            let model = try LanguageModel(path: path, options: .init(context: context))
            var scorer = BatchScorer(model: model, maxTokens: 16)
            let score = try scorer.score([[0, 1, 2, 3]])[0]
            return score.isFinite ? "taken" : "not finite"
        } catch {
            return "\(error)"
        }
    }

    private func refusal(
        context: String = "auto", gguf spoil: (inout GGUFBuilder) -> Void
    ) throws -> String {
        let file = try Scratch(TinyModel.gguf(spoil), suffix: ".gguf")
        return withExtendedLifetime(file) { refusal(file.path, context: context) }
    }

    @Test("the tiny model is taken in both forms")
    func taken() throws {
        #expect(try refusal { _ in } == "taken")
        #expect(refusal(try TinyModel.folder()) == "taken")
    }

    @Test(
        "a size that makes no sense is refused by name",
        arguments: [
            "block_count", "embedding_length", "feed_forward_length", "attention.head_count",
            "attention.head_count_kv", "context_length", "attention.key_length",
        ], [0, -1, 3, 1 << 32, 1 << 62, .max, .min])
    func sizes(key: String, value: Int) throws {
        let found = try refusal { $0.replace("llama." + key, value) }
        // A context of three is one.
        let isOne = key == "context_length" && value == 3
        #expect(isOne || found.contains(".gguf: "), "\(found)")
        let text = try refusal { $0.replace("llama." + key, type: 8, GGUFBuilder.text("4")) }
        #expect(text.contains("llama." + key), "\(text)")
    }

    @Test(
        "a key that a model needs is missed by name",
        arguments: [
            "general.architecture", "llama.block_count", "llama.embedding_length",
            "llama.feed_forward_length", "llama.attention.head_count", "llama.context_length",
            "llama.attention.layer_norm_rms_epsilon", "tokenizer.ggml.model",
            "tokenizer.ggml.tokens", "tokenizer.ggml.merges", "tokenizer.ggml.pre",
        ])
    func missing(key: String) throws {
        #expect(try refusal { $0.replace(key, type: 8, nil) }.contains(key))
    }

    @Test(
        "a constant that is no number is refused",
        arguments: [Float.nan, .infinity, -.infinity, -1])
    func constants(value: Float) throws {
        for key in ["llama.attention.layer_norm_rms_epsilon", "llama.rope.freq_base"] {
            let found = try refusal { $0.replace(key, value) }
            #expect(found.contains(".gguf: "), "\(key): \(found)")
        }
        let factor = try refusal {
            $0.set("llama.rope.scaling.type", "linear")
            $0.replace("llama.rope.scaling.factor", value)
        }
        #expect(factor.contains("factor"), "\(factor)")
    }

    @Test("tensors that are missing, of another shape or in excess are refused")
    func tensors() throws {
        for name in TinyModel.tensors.keys {
            let missing = try refusal {
                $0.tensors.removeAll { $0.name == name + ".weight" }
            }
            #expect(missing != "taken" && missing.contains(".gguf: "), "\(name): \(missing)")
            let flat = try refusal { builder in
                for index in builder.tensors.indices
                where builder.tensors[index].name == name + ".weight" {
                    builder.tensors[index].shape = [1, 1]
                }
            }
            #expect(flat != "taken" && flat.contains(".gguf: "), "\(name): \(flat)")
        }
        let more = try refusal {
            $0.add("blk.1.attn_q.weight", shape: [1], type: 0, bytes: [0, 0, 0, 0])
        }
        #expect(more.contains("blk.1.attn_q.weight"))
        let damaged = try refusal {
            $0.add(
                "rope_freqs.weight", shape: [2], type: 0,
                bytes: GGUFBuilder.bytes((Float.nan, Float(1))))
        }
        #expect(damaged.contains("rope_freqs.weight"), "\(damaged)")
    }

    @Test("a tokenizer with more tokens than the embedding has rows is refused")
    func vocabulary() throws {
        let found = try refusal {
            $0.replace("tokenizer.ggml.token_type", type: 8, nil)
            $0.replace("tokenizer.ggml.tokens", type: 8, nil)
            $0.setStrings(
                "tokenizer.ggml.tokens", (TinyModel.tokens + ["g"]).map { Array($0.utf8) })
        }
        #expect(found.contains("token 9 of") && found.contains("9 rows"), "\(found)")
    }

    @Test("a context rule that the tokenizer cannot follow is refused")
    func context() throws {
        #expect(try refusal(context: "bos") { _ in }.contains("names none"))
        #expect(try refusal(context: "<no>") { _ in }.contains("\"<no>\""))
        #expect(try refusal(context: "<s>") { _ in } == "taken")
    }

    @Test("config.json's constants and fields are refused by name")
    func config() throws {
        func refusal(_ config: [String: Any]) throws -> String {
            self.refusal(try TinyModel.folder(config: config))
        }
        #expect(try refusal(["rms_norm_eps": -1]).contains("epsilon"))
        #expect(try refusal(["rope_theta": 0]).contains("base"))
        #expect(try refusal(["hidden_size": 4.5]).contains("\"hidden_size\" is 4.5"))
        #expect(try refusal(["hidden_size": 1e300]).contains("\"hidden_size\""))
        #expect(try refusal(["vocab_size": 10]).contains("model.embed_tokens.weight"))
        #expect(try refusal(["tie_word_embeddings": "yes"]).contains("tie_word_embeddings"))
        #expect(try refusal(["tie_word_embeddings": false]).contains("lm_head.weight"))
        #expect(try refusal(["attention_bias": true]).contains("queries in layer 0 has no bias"))
        #expect(try refusal(["num_hidden_layers": 2]).contains("layers.1"))
        #expect(try refusal(["rope_scaling": 3]).contains("\"rope_scaling\""))
        let llama3: [String: Any] = [
            "rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 1,
            "original_max_position_embeddings": 16,
        ]
        #expect(try refusal(["rope_scaling": llama3]).contains("high_freq_factor"))
    }

    @Test("a weight that is no number is seen in the score, whichever it is")
    func notANumber() throws {
        for kernels in ComputeKernels.available {
            for name in TinyModel.tensors.keys.sorted() {
                for bits: UInt32 in [0x7FC0_0000, 0x7F80_0000] {
                    let path = try Scratch(
                        TinyModel.gguf {
                            let place = $0.place(of: name + ".weight")
                            $0.data.replaceSubrange(
                                place..<place + 4, with: GGUFBuilder.bytes(bits))
                        }, suffix: ".gguf")
                    let model = try LanguageModel(path: path.path, kernels: kernels)
                    var scorer = BatchScorer(model: model, maxTokens: 16)
                    let score = try scorer.score([[0, 1, 2, 3, 0]])[0]
                    // Infinity may be what a sigmoid or softmax takes; a NaN never is.
                    guard bits == 0x7FC0_0000 else { continue }
                    #expect(!score.isFinite, "\(name) on \(kernels.name): \(score.nll)")
                }
            }
        }
    }

    @Test("a file of the folder that would never end is refused and not read")
    func endless() throws {
        for name in ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"]
        {
            let folder = try TinyModel.folder()
            let path = folder.path + "/" + name
            try? FileManager.default.removeItem(atPath: path)
            try #require(mkfifo(path, 0o600) == 0)
            #expect(refusal(folder).contains("\(name): not a regular file"))
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.createSymbolicLink(
                atPath: path, withDestinationPath: "/dev/zero")
            #expect(refusal(folder).contains("\(name): not a regular file"))
        }
    }

    @Test("a file that is missing is named, and only tokenizer_config.json may be")
    func missingFiles() throws {
        for name in ["config.json", "tokenizer.json"] {
            let folder = try TinyModel.folder { $0[name] = nil }
            #expect(refusal(folder).contains(name))
        }
        #expect(refusal("/no/such/model").contains("no such file or folder"))
        #expect(throws: ModelError.self) { try LanguageModel.loadTokenizer(path: "/no/such") }
        let dangling = try TinyModel.folder()
        try FileManager.default.createSymbolicLink(
            atPath: dangling.path + "/tokenizer_config.json", withDestinationPath: "nowhere")
        #expect(refusal(dangling).contains("tokenizer_config.json"))
    }
}
