/// The engines whose HTTP interface is spoken.
public enum EngineKind: String, Sendable, Hashable, CaseIterable {
    /// vLLM's `/v1/completions` with `prompt_logprobs`.
    case vllm
    /// SGLang's `/generate`, which `python -m refinery_distill.serve` speaks, too.
    case sglang
}
