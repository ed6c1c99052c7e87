/// One damaged model, decided by a seed and a number.
enum FuzzCase {
    /// Case `index` of `seed`: one of `models`, changed in one to six places.
    static func make(_ models: [ModelFiles], seed: UInt64, index: Int) -> ModelFiles {
        var random = RandomStream(seed: seed, index: UInt64(index))
        guard var model = random.pick(models), let other = random.pick(models) else {
            preconditionFailure("fuzzing needs a model to begin with")
        }
        for _ in 0...random.below(random.once(in: 4) ? 6 : 2) { change(&model, other, &random) }
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
            case "json":
                JSONMutation.apply(to: &model.files[place].bytes, other: donated, &random)
            case "safetensors":
                SafetensorsMutation.apply(to: &model.files[place].bytes, other: donated, &random)
            default:
                GGUFMutation.apply(to: &model.files[place].bytes, other: donated, &random)
            }
        }
    }
}
