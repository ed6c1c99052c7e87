import Foundation

/// The `*.safetensors` files of one Hugging Face folder.
///
/// Format: 8 bytes header length, a JSON header {name: {dtype, shape, data_offsets}}, then data.
struct SafetensorsFile: WeightFile {
    let path: String
    let tensors: [String: Tensor]
    let files: [MappedFile]

    /// Opens the weights of `folder`: `model.safetensors.index.json` and the shards that it names,
    /// else `model.safetensors`, else the folder's only `*.safetensors`.
    ///
    /// Tensors that `isSkipped` says need not be read may be of any type, such as the Boolean masks
    /// that old checkpoints carry.
    init(
        folder: String, isSkipped: (String) -> Bool = { _ in false }
    ) throws(ModelError) {
        path = folder
        var tensors: [String: Tensor] = [:]
        var files: [MappedFile] = []
        for name in try Self.fileNames(in: folder) {
            let file = try MappedFile(path: folder + "/" + name)
            for tensor in try Self.tensors(of: file, isSkipped: isSkipped) {
                guard tensors.updateValue(tensor, forKey: tensor.name) == nil else {
                    throw ModelError("\(file.path): tensor \"\(tensor.name)\" appears twice")
                }
            }
            files.append(file)
        }
        self.tensors = tensors
        self.files = files
    }

    private static func fileNames(in folder: String) throws(ModelError) -> [String] {
        let indexPath = folder + "/model.safetensors.index.json"
        if FileManager.default.fileExists(atPath: indexPath) {
            let index = try JSONObject(path: indexPath)
            guard let map = index.values["weight_map"] as? [String: String], !map.isEmpty else {
                throw ModelError("\(indexPath): \"weight_map\" is missing or no object of strings")
            }
            let names = Set(map.values).sorted()
            for name in names where name.contains("/") || name.hasPrefix(".") {
                throw ModelError("\(indexPath): \"\(name)\" is no file name in this folder")
            }
            return names
        }
        if FileManager.default.fileExists(atPath: folder + "/model.safetensors") {
            return ["model.safetensors"]
        }
        let found = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
            .filter { $0.hasSuffix(".safetensors") }
        guard found.count == 1 else {
            throw ModelError(
                found.isEmpty
                    ? "\(folder): no *.safetensors file in it"
                    : "\(folder): \(found.count) safetensors files and no model.safetensors.index.json",
                hint: "a model is a .gguf file or a Hugging Face folder with safetensors weights")
        }
        return found
    }

    private static func tensors(
        of file: MappedFile, isSkipped: (String) -> Bool
    ) throws(ModelError) -> [Tensor] {
        var reader = ByteReader(file.bytes, path: file.path)
        let length = try reader.count(unit: 1, "header length")
        guard length <= 100_000_000 else {
            throw ModelError(
                "\(file.path): a header of \(length) bytes, at most 100000000 are allowed")
        }
        let header = try JSONObject(
            bytes: Data(try reader.take(length, "header")), path: file.path)
        let data = UnsafeRawBufferPointer(rebasing: file.bytes[reader.offset...])
        var tensors: [Tensor] = []
        for name in header.values.keys.sorted()
        where name != "__metadata__" && !isSkipped(name) {
            guard let entry = header.values[name] as? [String: Any],
                let dtype = entry["dtype"] as? String,
                let shape = entry["shape"] as? [Int],
                let offsets = entry["data_offsets"] as? [Int], offsets.count == 2
            else {
                throw ModelError("\(file.path): the header's entry for \"\(name)\" is malformed")
            }
            let types: [String: TensorType] = ["F32": .f32, "F16": .f16, "BF16": .bf16]
            guard let type = types[dtype] else {
                throw ModelError(
                    "\(file.path): tensor \"\(name)\" has type \(dtype), which is not supported",
                    hint: "convert the model to one of F32, F16, BF16")
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
                    hint:
                        "the file looks truncated; compare its size with the source's, copy it again"
                )
            }
            guard offsets[1] - offsets[0] == size else {
                throw ModelError(
                    "\(file.path): tensor \"\(name)\" of shape \(shape) and type \(dtype) needs \(size) "
                        + "bytes, the header gives it \(offsets[1] - offsets[0])")
            }
            let bytes = UnsafeRawBufferPointer(rebasing: data[offsets[0]..<offsets[1]])
            tensors.append(Tensor(name: name, type: type, shape: shape, bytes: bytes, owner: file))
        }
        return tensors
    }
}
