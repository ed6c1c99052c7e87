/// Damaged models, each decided by a seed and a number.
struct FuzzCases {
    private let models: [ModelFiles]
    private let swollen: [() -> ModelFiles]

    /// Cases made from `models`; where `only` is not empty, from those of such a name alone.
    init(_ models: [ModelFiles], only: String = "") {
        self.models = only.isEmpty ? models : models.filter { $0.name.contains(only) }
        swollen = only.isEmpty ? SwollenModel.all(models) : []
    }

    /// Whether there is no model to damage.
    var isEmpty: Bool { models.isEmpty }

    /// Cases at the beginning that are swollen.
    var swollenCount: Int { swollen.count }

    /// Case `index` of `seed`: one of the models, changed in one to six places; the first ones of
    /// every seed are swollen instead.
    func make(seed: UInt64, index: Int) -> ModelFiles {
        if swollen.indices.contains(index) { return swollen[index]() }
        var random = RandomStream(seed: seed, index: UInt64(index))
        guard var model = random.pick(models), let other = random.pick(models) else {
            preconditionFailure("fuzzing needs a model to begin with")
        }
        for _ in 0...random.below(random.once(in: 4) ? 6 : 2) {
            Self.change(&model, other, &random)
        }
        return model
    }

    private static func change(
        _ model: inout ModelFiles, _ other: ModelFiles, _ random: inout RandomStream
    ) {
        let place = random.below(model.files.count)
        guard place < model.files.count else { return }
        let name = model.files[place].name
        let kind = name.split(separator: ".").last
        let donor = random.pick(other.files.filter { $0.name.split(separator: ".").last == kind })
        let donated = donor?.bytes ?? []
        switch random.below(40) {
        case 0:
            model.files.remove(at: place)
        case 1 where donor != nil:
            model.files[place].bytes = donated
        case 2, 3, 4, 5:
            ByteMutation.apply(to: &model.files[place].bytes, other: donated, &random)
        default:
            switch kind {
            case "http":
                RequestMutation.apply(to: &model.files[place].bytes, other: donated, &random)
            case "jsonl", "txt", "scores":
                if random.once(in: 3) {
                    ByteMutation.apply(to: &model.files[place].bytes, other: donated, &random)
                } else {
                    JSONMutation.apply(to: &model.files[place].bytes, other: donated, &random)
                }
            case "parquet":
                ByteMutation.apply(to: &model.files[place].bytes, other: donated, &random)
                ByteMutation.restoreEnds(&model.files[place].bytes, "PAR1", &random)
            case "json":
                JSONMutation.apply(to: &model.files[place].bytes, other: donated, &random)
            case "safetensors":
                SafetensorsMutation.apply(to: &model.files[place].bytes, other: donated, &random)
            case "model":
                ProtoMutation.apply(to: &model.files[place].bytes, other: donated, &random)
            default:
                GGUFMutation.apply(to: &model.files[place].bytes, other: donated, &random)
            }
        }
    }
}
