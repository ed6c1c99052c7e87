/// A pre-tokenizer that GGUF files know by name (`tokenizer.ggml.pre`).
///
/// Source: `llama_vocab::impl::load` and `llm_tokenizer_bpe` of llama.cpp. The patterns are those
/// of the models' own tokenizer.json, which llama.cpp quotes beside its rewritten ones.
struct GGUFPreTokenizer: Sendable {
    /// The name for people; the first of its group.
    var name: String
    /// What it does.
    var steps: [PreTokenizerStep]
    /// A word that is a token as a whole is not merged.
    var ignoresMerges = false
    /// Whether BOS is added where the file does not say.
    var addsBOS = false

    /// The pre-tokenizer that a file calls `name`, or nil.
    static func named(_ name: String) -> GGUFPreTokenizer? {
        switch name {
        case "gpt-2", "phi-2", "mpt", "olmo", "jais", "exaone4", "trillion", "granite-docling":
            GGUFPreTokenizer(name: name, steps: [.gpt2])
        case "smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b":
            GGUFPreTokenizer(name: name, steps: [.digits(individual: true), .gpt2])
        case "qwen2", "deepseek-r1-qwen", "megrez", "stablelm2", "hunyuan", "solar-open":
            GGUFPreTokenizer(name: name, steps: [gpt4(digits: "")])
        case "dbrx", "smaug-bpe", "glm4", "chatglm-bpe":
            GGUFPreTokenizer(name: name, steps: [gpt4(digits: "{1,3}")])
        case "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0",
            "lfm2":
            GGUFPreTokenizer(
                name: name, steps: [gpt4(digits: "{1,3}")], ignoresMerges: true, addsBOS: true)
        default: nil
        }
    }

    /// The name of a known pre-tokenizer with these steps, for tokenizer.json files.
    static func name(of steps: [PreTokenizerStep]) -> String? {
        ["gpt-2", "smollm", "qwen2", "llama-bpe"].first { named($0)?.steps == steps }
    }

    /// The names, for the hint of an error.
    static let known = "gpt-2, smollm, starcoder, qwen2, llama-bpe, mpt, olmo, dbrx, …"

    private static func gpt4(digits: String) -> PreTokenizerStep {
        .split(
            pattern: #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"# + digits
                + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
            behavior: .isolated, inverted: false)
    }
}
