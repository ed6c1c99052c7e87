/// Where a format keeps the tensors of a layer's experts; `{}` stands for the layer's number, `[]`
/// for the expert's.
struct ExpertNames: Sendable, Equatable {
    /// The router's, in the order of preference.
    var router: [String]
    /// A matrix an expert.
    var single: Matrices
    /// Whether those are read; else they are refused by name.
    var readsSingle = true
    /// All experts' in one tensor; where gate and up are one, the gate's rows come first.
    var stacked: Matrices

    /// Names of a feed-forward's matrices.
    struct Matrices: Sendable, Equatable {
        var gate: String
        var up: String
        var down: String

        /// The names of one expert's.
        func of(expert: Int) -> Matrices {
            Matrices(
                gate: ExpertNames.name(gate, expert: expert),
                up: ExpertNames.name(up, expert: expert),
                down: ExpertNames.name(down, expert: expert))
        }
    }

    /// `pattern` with its numbers.
    static func name(_ pattern: String, layer: Int? = nil, expert: Int? = nil) -> String {
        var name = pattern
        if let layer { name = name.replacing("{}", with: String(layer)) }
        if let expert { name = name.replacing("[]", with: String(expert)) }
        return name
    }

    /// GGUF's; those of single experts are from before llama.cpp stacked them.
    static let gguf = ExpertNames(
        router: ["blk.{}.ffn_gate_inp.weight"],
        single: Matrices(
            gate: "blk.{}.ffn_gate.[].weight", up: "blk.{}.ffn_up.[].weight",
            down: "blk.{}.ffn_down.[].weight"),
        readsSingle: false,
        stacked: Matrices(
            gate: "blk.{}.ffn_gate_exps.weight", up: "blk.{}.ffn_up_exps.weight",
            down: "blk.{}.ffn_down_exps.weight"))

    /// Hugging Face's of most families; transformers 5 may save them stacked.
    static let mlp = ExpertNames(
        router: ["layers.{}.mlp.gate.weight"],
        single: Matrices(
            gate: "layers.{}.mlp.experts.[].gate_proj.weight",
            up: "layers.{}.mlp.experts.[].up_proj.weight",
            down: "layers.{}.mlp.experts.[].down_proj.weight"),
        stacked: stackedMLP)

    /// Hugging Face's of Mixtral.
    static let mixtral = ExpertNames(
        router: [
            "layers.{}.block_sparse_moe.gate.weight", "model.layers.{}.mlp.gate.weight",
        ],
        single: Matrices(
            gate: "layers.{}.block_sparse_moe.experts.[].w1.weight",
            up: "layers.{}.block_sparse_moe.experts.[].w3.weight",
            down: "layers.{}.block_sparse_moe.experts.[].w2.weight"),
        stacked: stackedMLP)

    private static let stackedMLP = Matrices(
        gate: "layers.{}.mlp.experts.gate_up_proj",
        up: "layers.{}.mlp.experts.gate_up_proj",
        down: "layers.{}.mlp.experts.down_proj")
}
