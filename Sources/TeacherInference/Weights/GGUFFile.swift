import Foundation

/// A GGUF model: metadata, vocabulary and tensors, in one file or split over several.
///
/// Naming any part of a split model opens all of it; see ``GGUFSplit``.
struct GGUFFile: WeightFile {
    let path: String
    let tensors: [String: Tensor]

    /// None: a type that is not read is refused at once.
    let unread: [String: String] = [:]

    /// The mapped files, in the order of their numbers, whichever of them was named.
    let files: [MappedFile]

    /// Metadata by key, such as `general.architecture`: a split model's first part holds them all.
    let metadata: [String: GGUFValue]

    /// Maps and parses `path` and, where it is a part, the others.
    ///
    /// With `vocabularyOnly`, tensors are not read and may be of any type, and of a split model
    /// only the first part needs to be there.
    ///
    /// - Throws: ``ModelError`` naming the part and what in it cannot be used, or the parts that are
    ///   missing.
    init(path: String, vocabularyOnly: Bool = false) throws(ModelError) {
        self.path = path
        let named = try GGUFPart(path: path, vocabularyOnly: vocabularyOnly)
        guard let split = try GGUFSplit(named) else {
            (tensors, files, metadata) = (named.tensors, [named.file], named.metadata)
            return
        }
        if !vocabularyOnly { try split.checkAllAreThere() }
        let first = try Self.part(1, of: split, named: named, vocabularyOnly: vocabularyOnly)
        metadata = first.metadata
        guard !vocabularyOnly else {
            (tensors, files) = ([:], [first.file])
            return
        }
        var (tensors, files) = (first.tensors, [first.file])
        for number in 2...split.count {
            let part = try Self.part(number, of: split, named: named, vocabularyOnly: false)
            try split.check(part, after: first)
            for tensor in part.tensors.values {
                guard tensors.updateValue(tensor, forKey: tensor.name) == nil else {
                    throw ModelError(
                        "\(part.path): tensor \"\(tensor.name)\" is in an earlier part too")
                }
            }
            files.append(part.file)
        }
        guard tensors.count == split.tensorCount else {
            throw ModelError(
                "\(path): its \(split.count) parts hold \(tensors.count) tensors, but "
                    + "split.tensors.count is \(split.tensorCount)",
                hint: "a part is of another model or was cut short; copy all parts again")
        }
        (self.tensors, self.files) = (tensors, files)
    }

    private static func part(
        _ number: Int, of split: GGUFSplit, named: GGUFPart, vocabularyOnly: Bool
    ) throws(ModelError) -> GGUFPart {
        guard number != split.number else { return named }
        return try GGUFPart(path: split.path(of: number), vocabularyOnly: vocabularyOnly)
    }
}
