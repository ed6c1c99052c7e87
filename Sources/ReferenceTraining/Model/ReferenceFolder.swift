import Foundation

/// A Hugging Face folder's weights and configuration, as transformers and refinery read them.
///
/// The tokenizer's files are not of it.
struct ReferenceFolder {
    /// An existing folder.
    let path: String

    /// Writes model.safetensors, then config.json.
    ///
    /// - Throws: ``TrainingError`` where the disk does not take them.
    func write(
        _ weights: FloatMemory, shape: ReferenceShape, layout: ParameterLayout, bosToken: Int?,
        eosToken: Int?
    ) throws(TrainingError) {
        var file = try DurableFile(path: path + "/model.safetensors")
        try file.append(Self.header(layout))
        try file.append(weights.bytes)
        try file.commit()
        var config = try DurableFile(path: path + "/config.json")
        try config.append(Self.config(shape, bosToken: bosToken, eosToken: eosToken))
        try config.commit()
    }

    /// Header length and header of safetensors: JSON that spaces bring to a multiple of 8 bytes.
    private static func header(_ layout: ParameterLayout) -> [UInt8] {
        let entries = layout.tensors.map { tensor in
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            return "\"\(tensor.name)\":{\"dtype\":\"F32\",\"shape\":[\(shape)],"
                + "\"data_offsets\":[\(4 * tensor.offset),\(4 * tensor.range.upperBound)]}"
        }
        var json = Array(
            "{\"__metadata__\":{\"format\":\"pt\"},\(entries.joined(separator: ","))}".utf8)
        json += [UInt8](repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8)
        return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
    }

    private static func config(
        _ shape: ReferenceShape, bosToken: Int?, eosToken: Int?
    ) -> [UInt8] {
        func token(_ id: Int?) -> String { id.map(String.init) ?? "null" }
        let text = """
            {
              "architectures": ["LlamaForCausalLM"],
              "attention_bias": false,
              "attention_dropout": 0.0,
              "bos_token_id": \(token(bosToken)),
              "dtype": "float32",
              "eos_token_id": \(token(eosToken)),
              "head_dim": \(shape.headSize),
              "hidden_act": "silu",
              "hidden_size": \(shape.width),
              "initializer_range": \(ParameterLayout.deviation),
              "intermediate_size": \(shape.feedForward),
              "max_position_embeddings": \(shape.context),
              "mlp_bias": false,
              "model_type": "llama",
              "num_attention_heads": \(shape.heads),
              "num_hidden_layers": \(shape.layers),
              "num_key_value_heads": \(shape.kvHeads),
              "rms_norm_eps": \(shape.normEpsilon),
              "rope_parameters": {
                "rope_theta": \(shape.ropeTheta),
                "rope_type": "default"
              },
              "tie_word_embeddings": true,
              "use_cache": true,
              "vocab_size": \(shape.vocabulary)
            }

            """
        return Array(text.utf8)
    }
}
