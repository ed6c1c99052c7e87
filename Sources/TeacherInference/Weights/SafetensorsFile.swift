import Foundation

/// The `*.safetensors` files of one Hugging Face folder.
///
/// Format: 8 bytes header length, a JSON header {name: {dtype, shape, data_offsets}}, then data.
struct SafetensorsFile: WeightFile {
    let path: String
    let tensors: [String: Tensor]
    let files: [MappedFile]
    let unread: [String: String]

    /// Opens the weights of `folder`: `model.safetensors`, else the shards that
    /// `model.safetensors.index.json` names, else the folder's only `*.safetensors`.
    ///
    /// A folder that holds both whole is refused: they may be two models.
    init(folder: String) throws(ModelError) {
        path = folder
        var tensors: [String: Tensor] = [:]
        var files: [MappedFile] = []
        var unread: [String: String] = [:]
        for name in try Self.fileNames(in: folder) {
            let file = try MappedFile(path: folder + "/" + name)
            for tensor in try Self.tensors(of: file, unread: &unread) {
                guard tensors.updateValue(tensor, forKey: tensor.name) == nil else {
                    throw ModelError("\(file.path): tensor \"\(tensor.name)\" appears twice")
                }
            }
            files.append(file)
        }
        (self.tensors, self.files, self.unread) = (tensors, files, unread)
    }

    private static func fileNames(in folder: String) throws(ModelError) -> [String] {
        let indexPath = folder + "/model.safetensors.index.json"
        let single = "model.safetensors"
        let hasSingle = FileManager.default.fileExists(atPath: folder + "/" + single)
        if FileManager.default.fileExists(atPath: indexPath) {
            let index = try JSONObject(path: indexPath)
            guard let map = index.values["weight_map"]?.object, !map.isEmpty,
                map.allSatisfy({ $0.value.bytes != nil })
            else {
                throw ModelError("\(indexPath): \"weight_map\" is missing or no object of strings")
            }
            let names = Set(map.compactMap(\.value.text)).sorted()
            for name in names where name.contains("/") || name.hasPrefix(".") {
                throw ModelError("\(indexPath): \"\(name)\" is no file name in this folder")
            }
            guard hasSingle, !names.contains(single) else { return names }
            let isWhole = names.allSatisfy {
                FileManager.default.fileExists(atPath: folder + "/" + $0)
            }
            guard isWhole else { return [single] }
            throw ModelError(
                "\(folder): both \(single) and the \(names.count) shards that "
                    + "model.safetensors.index.json names are there, and they may be two models",
                hint: "remove the stale one; transformers reads \(single)")
        }
        if hasSingle { return [single] }
        let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        let found = files.filter { $0.hasSuffix(".safetensors") }
        guard !found.isEmpty else { throw noWeights(folder, files) }
        // Mistral's own format, with other names of tensors.
        guard found != ["consolidated.safetensors"] else {
            throw ModelError(
                "\(folder): consolidated.safetensors is Mistral's own format, which is not read",
                hint: "take model.safetensors or its shards, which lie in the same place")
        }
        guard found.count == 1 else {
            throw ModelError(
                "\(folder): \(found.count) safetensors files and no model.safetensors.index.json",
                hint: "a model is a .gguf file or a Hugging Face folder with safetensors weights")
        }
        return found
    }

    private static func noWeights(_ folder: String, _ files: [String]) -> ModelError {
        let message = "\(folder): no *.safetensors file in it"
        if let gguf = files.first(where: { $0.hasSuffix(".gguf") }) {
            return ModelError("\(message), but \(gguf)", hint: "name that file, not its folder")
        }
        let others = [".bin", ".pth", ".pt", ".ckpt"]
        if let other = files.first(where: { name in others.contains { name.hasSuffix($0) } }) {
            return ModelError(
                "\(message): its weights are in \(other), a Python pickle, which is not read",
                hint: "transformers writes safetensors: AutoModelForCausalLM"
                    + ".from_pretrained(folder).save_pretrained(folder)")
        }
        return ModelError(
            message,
            hint: "a model is a .gguf file or a Hugging Face folder with safetensors weights")
    }

    /// Types that are read, by safetensors' names.
    private static let types: [String: TensorType] = ["F32": .f32, "F16": .f16, "BF16": .bf16]

    private static func tensors(
        of file: MappedFile, unread: inout [String: String]
    ) throws(ModelError) -> [Tensor] {
        var reader = ByteReader(file.bytes, path: file.path)
        let length = try reader.count(unit: 1, "header length")
        guard length <= 100_000_000 else {
            throw ModelError(
                "\(file.path): a header of \(length) bytes, at most 100000000 are allowed")
        }
        let header = try JSONObject(bytes: try reader.take(length, "header"), path: file.path)
        let data = UnsafeRawBufferPointer(rebasing: file.bytes[reader.offset...])
        var tensors: [Tensor] = []
        for name in header.values.keys.sorted() where name != "__metadata__" {
            let entry: JSONObject
            do {
                guard let found = try header.object(name) else { throw ModelError("null") }
                entry = found
            } catch {
                throw ModelError("\(file.path): the header's entry for \"\(name)\" is no object")
            }
            guard let dtype = try entry.string("dtype") else {
                throw ModelError("\(entry.path): \"dtype\" is missing")
            }
            guard let type = types[dtype] else {
                unread[name] = dtype
                continue
            }
            tensors.append(try tensor(name, type, entry, data: data, file: file))
        }
        try Tensor.checkOverlaps(tensors, path: file.path)
        return tensors
    }

    private static func tensor(
        _ name: String, _ type: TensorType, _ entry: JSONObject, data: UnsafeRawBufferPointer,
        file: MappedFile
    ) throws(ModelError) -> Tensor {
        guard let shape = try entry.integers("shape"),
            let offsets = try entry.integers("data_offsets"), offsets.count == 2
        else {
            throw ModelError("\(entry.path): \"shape\" or two \"data_offsets\" are missing")
        }
        guard shape.count <= 4, shape.allSatisfy({ 0...Int(Int32.max) ~= $0 }),
            let size = Tensor.byteCount(shape: shape.isEmpty ? [1] : shape, type: type)
        else {
            throw ModelError("\(file.path): tensor \"\(name)\" has the shape \(shape)")
        }
        guard 0 <= offsets[0], offsets[0] <= offsets[1], offsets[1] <= data.count else {
            throw ModelError(
                "\(file.path): tensor \"\(name)\" lies at \(offsets[0])..<\(offsets[1]), but the file "
                    + "has \(data.count) bytes of data",
                hint: "the file looks truncated; compare its size with the source's, copy it again"
            )
        }
        guard offsets[1] - offsets[0] == size else {
            throw ModelError(
                "\(file.path): tensor \"\(name)\" of shape \(shape) and type \(type.name) needs \(size) "
                    + "bytes, the header gives it \(offsets[1] - offsets[0])")
        }
        let bytes = UnsafeRawBufferPointer(rebasing: data[offsets[0]..<offsets[1]])
        return Tensor(name: name, type: type, shape: shape, bytes: bytes, owner: file)
    }
}
