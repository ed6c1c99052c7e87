import Foundation

/// A Hugging Face folder's config.json, and where in it and in the weights the decoder is.
struct ModelFolder {
    /// The decoder's fields: the whole file, or the text part of a model that sees images too.
    let config: JSONObject
    /// Its family.
    let family: DecoderFamily
    /// What the folder calls its tensors.
    let names: TensorNames
    /// Whether the head is the embedding.
    let tiesHead: Bool
    /// Fields that are there and were ignored, with their values.
    let ignoredFields: [String]

    /// Fields of a whole whose part is the decoder that say nothing of it.
    private static let besideText: Set<String> = [
        "text_config", "vision_config", "model_type", "boi_token_index", "boi_token_id",
        "eoi_token_index", "eoi_token_id", "image_token_index", "image_token_id",
        "mm_tokens_per_image", "tie_word_embeddings",
    ]

    /// Reads the config.json of the folder at `path`; fields in `ignored` need not be understood.
    ///
    /// - Throws: ``ModelError`` for a folder that is no model, or one that is not read.
    init(path: String, ignored: Set<String> = []) throws(ModelError) {
        try Self.refuseOthers(path)
        let whole = try JSONObject(path: path + "/config.json")
        try Self.refuseQuantised(whole)
        let text = try whole.string("model_type") == "gemma3" ? whole.object("text_config") : nil
        let unknown = ignored.subtracting(ModelConfiguration.harmless).sorted()
        ignoredFields = [whole, text].compactMap { $0 }.flatMap { object in
            unknown.filter(object.isMeaningful).map {
                "\($0)=\(object.spelling($0) ?? "a list or object")"
            }
        }
        guard try whole.string("model_type") == "gemma3" else {
            config = whole
            family = try DecoderFamily(huggingFace: whole)
            names = family.tensors
            tiesHead = try whole.bool("tie_word_embeddings") ?? family.tiesHead
            return
        }
        guard let text else {
            throw ModelError("\(whole.path): \"text_config\" is missing")
        }
        let type = try text.string("model_type") ?? DecoderFamily.gemma3.name
        guard type == DecoderFamily.gemma3.name else {
            throw ModelError(
                "\(text.path): model type \"\(type)\", expected \(DecoderFamily.gemma3.name)")
        }
        try ModelConfiguration.checkFields(
            whole, understood: ModelConfiguration.harmless.union(Self.besideText),
            ignored: ignored, isKnown: { _ in false })
        let (outer, inner) = (
            try whole.bool("tie_word_embeddings"), try text.bool("tie_word_embeddings")
        )
        if let outer, let inner, outer != inner {
            throw ModelError(
                "\(text.path): \"tie_word_embeddings\" is \(inner), but \(outer) beside it")
        }
        config = text
        family = .gemma3
        names = family.tensors.besideVision
        tiesHead = outer ?? inner ?? family.tiesHead
    }

    /// Refuses what is no folder of a model with what it is.
    private static func refuseOthers(_ path: String) throws(ModelError) {
        func has(_ name: String) -> Bool {
            FileManager.default.fileExists(atPath: path + "/" + name)
        }
        // transformers with PEFT adds the adapter's weights to those of the folder.
        if has("adapter_config.json") {
            throw ModelError(
                "\(path): adapter_config.json says that this is a PEFT adapter (LoRA and its like), "
                    + "not a model",
                hint: "merge the adapter into its model and save that, or, if the folder holds the "
                    + "merged model, remove adapter_config.json")
        }
        guard !has("config.json") else { return }
        let files = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
        if let gguf = files.first(where: { $0.hasSuffix(".gguf") }) {
            throw ModelError(
                "\(path): no config.json in it, but \(gguf)", hint: "name that file, not its folder"
            )
        }
        throw ModelError(
            "\(path): no config.json in it",
            hint: has("params.json")
                ? "params.json belongs to the publisher's own format: take the model's Hugging Face "
                    + "form, with config.json and model.safetensors"
                : "a model is a .gguf file or a Hugging Face folder, which has a config.json")
    }

    /// Refuses weights of a method that is not read, by its name.
    private static func refuseQuantised(_ config: JSONObject) throws(ModelError) {
        guard config.isMeaningful("quantization_config") else { return }
        let named = try config.object("quantization_config")?.string("quant_method")
        throw quantised(by: named ?? "a method that it does not name", path: config.path)
    }

    /// Refuses weights whose tensors are those of a method that is not read.
    static func refuseQuantised(_ file: SafetensorsFile) throws(ModelError) {
        let names = Array(file.tensors.keys) + Array(file.unread.keys)
        func has(_ suffix: String) -> Bool { names.contains { $0.hasSuffix(suffix) } }
        if has(".g_idx") { throw quantised(by: "gptq", path: file.path) }
        if has(".qweight") { throw quantised(by: "gptq or awq", path: file.path) }
        if has(".absmax") || has(".SCB") { throw quantised(by: "bitsandbytes", path: file.path) }
        if has(".weight_scale") || has(".weight_scale_inv") || has(".weight_packed") {
            throw quantised(by: "fp8 or compressed-tensors", path: file.path)
        }
    }

    private static func quantised(by method: String, path: String) -> ModelError {
        let known = [
            "gptq": "GPTQ", "awq": "AWQ", "gptq or awq": "GPTQ or AWQ", "fp8": "FP8",
            "mxfp4": "MXFP4 in safetensors",
        ]
        return ModelError(
            "\(path): the weights are quantised by \(known[method] ?? method), which is not read",
            hint: "take the folder that it was made from, in BF16 or F16, or a GGUF of the model "
                + "(Q8_0, Q4_K_M and their like)")
    }
}
