/// Damage to single fields of a GGUF file: counts, keys, types, values, shapes, offsets.
enum GGUFMutation {
    /// Changes `file` in one way.
    static func apply(to file: inout [UInt8], other: [UInt8], _ random: inout RandomStream) {
        guard var image = GGUFImage(file) else {
            return ByteMutation.apply(to: &file, other: other, &random)
        }
        switch random.below(10) {
        case 0:
            if random.once(in: 2) {
                image.tensorCount = random.extreme()
            } else {
                image.entryCount = random.extreme()
            }
        case 1, 2, 3, 4:
            changeEntry(&image, GGUFImage(other), &random)
        case 5, 6, 7:
            changeTensor(&image, &random)
        case 8:
            ByteMutation.apply(to: &image.data, other: other, &random)
        default:
            image.entries.append(
                GGUFImage.Entry(
                    key: Array("general.alignment".utf8), type: 4,
                    value: bytes(random.extreme(), 4)))
        }
        file = image.file
    }

    private static func changeEntry(
        _ image: inout GGUFImage, _ other: GGUFImage?, _ random: inout RandomStream
    ) {
        let index = random.below(image.entries.count)
        guard index < image.entries.count else { return }
        let entry = image.entries[index]
        switch random.below(7) {
        case 0: image.entries.remove(at: index)
        case 1: image.entries.append(entry)
        case 2: image.entries[index].type = UInt32(random.below(14))
        case 3 where entry.type == 9 && entry.value.count > 12:
            // The count of an array, or what is in it.
            if random.once(in: 3) {
                image.entries[index].value.replaceSubrange(4..<12, with: bytes(random.extreme(), 8))
            } else {
                var content = Array(entry.value[12...])
                ByteMutation.apply(to: &content, other: [], &random)
                image.entries[index].value.replaceSubrange(12..., with: content)
            }
        case 4: ByteMutation.apply(to: &image.entries[index].key, other: [], &random)
        case 5:
            if let donor = other.flatMap({ random.pick($0.entries) }) {
                image.entries[index].type = donor.type
                image.entries[index].value = donor.value
            }
        default:
            let floats: [Float] = [
                .nan, .infinity, -.infinity, 0, -1, 1e38, .leastNonzeroMagnitude,
            ]
            let doubles = floats.map(Double.init)
            let width = entry.value.count
            image.entries[index].value =
                switch entry.type {
                case 6: bytes(UInt64((random.pick(floats) ?? 0).bitPattern), 4)
                case 12: bytes((random.pick(doubles) ?? 0).bitPattern, 8)
                case 8: bytes(random.extreme(), 8) + entry.value.dropFirst(8)
                default: bytes(random.extreme(), min(width, 8)) + entry.value.dropFirst(8)
                }
        }
    }

    private static func changeTensor(_ image: inout GGUFImage, _ random: inout RandomStream) {
        let index = random.below(image.tensors.count)
        guard index < image.tensors.count else { return }
        let tensor = image.tensors[index]
        switch random.below(8) {
        case 0: image.tensors.remove(at: index)
        case 1: image.tensors.append(tensor)
        case 2: image.tensors[index].type = UInt32(random.below(42))
        case 3: image.tensors[index].offset = random.extreme()
        case 4:
            let place = random.below(tensor.dimensions.count)
            guard place < tensor.dimensions.count else { return }
            image.tensors[index].dimensions[place] = random.extreme()
        case 5:
            let rank = random.pick([0, 1, 2, 3, 4, 5, 100]) ?? 0
            image.tensors[index].dimensions = (0..<rank).map { _ in random.extreme() }
        case 6:
            if let another = random.pick(image.tensors) { image.tensors[index].name = another.name }
        default:
            // Two tensors in one place.
            if let another = random.pick(image.tensors) {
                image.tensors[index].offset = another.offset
            }
        }
    }

    private static func bytes(_ value: UInt64, _ count: Int) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0.prefix(count)) }
    }
}
