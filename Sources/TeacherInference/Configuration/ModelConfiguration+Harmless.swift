extension ModelConfiguration {
    /// Fields of a config.json that do not change the log-probs of a text, in any family.
    ///
    /// No class of transformers for these families reads them in its forward pass.
    static let harmless: Set<String> = provenance.union(training).union(generation)

    /// Where a file comes from, what it is read with and how.
    private static let provenance: Set<String> = [
        "_attn_implementation", "_attn_implementation_autoset", "_attn_implementation_internal",
        "_commit_hash", "_experts_implementation", "_flash_attn_2_enabled", "_name_or_path",
        "_use_flash_attention_2", "architectures", "attn_implementation", "auto_map",
        "custom_pipelines", "dtype", "is_llama_config", "keys_to_ignore_at_inference",
        "max_sequence_length", "model_max_length", "pretraining_tp", "tokenizer_class",
        "torch_dtype", "torchscript", "transformers.js_config", "transformers_version",
        "unsloth_fixed", "unsloth_version", "use_bfloat16", "use_flash_attention_2",
        "use_flash_attn",
    ]

    /// What only training, other tasks and other kinds of models are told by.
    private static let training: Set<String> = [
        "add_cross_attention", "attention_dropout", "chunk_size_feed_forward",
        "cross_attention_hidden_size", "finetuning_task", "gradient_checkpointing", "id2label",
        "initializer_range", "is_decoder", "is_encoder_decoder", "label2id", "num_labels",
        "output_attentions", "output_hidden_states", "output_scores", "problem_type",
        "return_dict", "task_specific_params", "tf_legacy_loss", "tie_encoder_decoder",
    ]

    /// Tokens that the tokenizer decides on, and how text is generated.
    private static let generation: Set<String> = [
        "bad_words_ids", "begin_suppress_tokens", "bos_token_id", "cache_implementation",
        "decoder_start_token_id", "diversity_penalty", "do_sample", "early_stopping",
        "encoder_no_repeat_ngram_size", "eos_token_id", "exponential_decay_length_penalty",
        "forced_bos_token_id", "forced_eos_token_id", "length_penalty", "max_length",
        "max_new_tokens", "min_length", "no_repeat_ngram_size", "num_beam_groups", "num_beams",
        "num_return_sequences", "pad_token_id", "prefix", "remove_invalid_values",
        "repetition_penalty", "return_dict_in_generate", "sep_token_id", "suppress_tokens",
        "temperature", "top_k", "top_p", "typical_p", "use_cache",
    ]

    /// Whether a field that the family does not read says only what holds anyway.
    static func saysNothingNew(
        _ name: String, _ config: JSONObject, family: DecoderFamily, headSize: Int, layers: Int
    ) throws(ModelError) -> Bool {
        switch name {
        case "partial_rotary_factor", "rotary_pct":
            try config.number(name) == 1 && family.positions == .rotary
        case "head_dim":
            try config.integer(name) == headSize
        case "layer_types":
            try config.strings(name) == [String](repeating: "full_attention", count: layers)
        default:
            false
        }
    }

    /// Refuses fields that say something and are not understood, but for those that the user takes
    /// upon themselves.
    static func checkFields(
        _ config: JSONObject, understood: Set<String>, ignored: Set<String>,
        isKnown: (String) throws(ModelError) -> Bool
    ) throws(ModelError) {
        for name in config.values.keys.sorted() where config.isMeaningful(name) {
            if understood.contains(name) {
                guard !ignored.contains(name) || harmless.contains(name) else {
                    throw ModelError(
                        "\(config.path): field \"\(name)\" is read in this family and cannot be "
                            + "ignored",
                        hint: "leave out --ignore-config \(name)")
                }
                continue
            }
            guard try !isKnown(name), !ignored.contains(name) else { continue }
            throw ModelError(
                "\(config.path): field \"\(name)\" is not understood and may change the arithmetic",
                hint: "if you know that it changes no score of this model, go on with "
                    + "--ignore-config \(name), or ignore_config = [\"\(name)\"] under the model in "
                    + "the daemon's configuration")
        }
    }
}
