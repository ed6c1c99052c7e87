/// One GGUF file, version 2 or 3, little-endian: a whole model or a part of a split one.
///
/// Layout: ggml's docs/gguf.md. Every offset, count and product is checked before use; a damaged
/// file is a ``ModelError``.
struct GGUFPart {
    /// Path as the user named it, or as the user's name for another part says.
    let path: String

    /// Metadata by key, such as `general.architecture`.
    let metadata: [String: GGUFValue]

    /// Tensors that the file says it has.
    let tensorCount: Int

    /// Every tensor, by name; empty where only the vocabulary was asked for.
    let tensors: [String: Tensor]

    /// The mapped file.
    let file: MappedFile

    /// Maps and parses `path`.
    ///
    /// With `vocabularyOnly`, tensors are not read and may be of any type.
    init(path: String, vocabularyOnly: Bool = false) throws(ModelError) {
        self.path = path
        file = try MappedFile(path: path)
        var reader = ByteReader(file.bytes, path: path)
        guard file.bytes.starts(with: "GGUF".utf8) else {
            throw ModelError(
                "\(path): not a GGUF file: it does not begin with \"GGUF\"",
                hint: Self.hint(beginning: file.bytes))
        }
        _ = try reader.take(4, "magic")
        let version = try reader.read(UInt32.self, "version")
        guard version == 2 || version == 3 else {
            throw ModelError("\(path): GGUF version \(version), expected 2 or 3")
        }
        // A tensor's entry takes at least 8 + 4 + 8 + 4 + 8 bytes, a metadata entry 8 + 4 + 1.
        tensorCount = try reader.count(unit: 32, "number of tensors")
        let metadataCount = try reader.count(unit: 13, "number of metadata entries")

        var metadata: [String: GGUFValue] = [:]
        for _ in 0..<metadataCount {
            let key = try Self.name(&reader, path: path, what: "metadata key")
            let value = try GGUFValue(&reader, path: path, key: key)
            guard metadata.updateValue(value, forKey: key) == nil else {
                throw ModelError("\(path): metadata key \"\(key)\" appears twice")
            }
        }
        self.metadata = metadata
        tensors =
            vocabularyOnly
            ? [:]
            : try Self.tensors(
                count: tensorCount, metadata: metadata, reader: &reader, file: file)
    }

    /// What to do about another kind of file.
    private static func hint(beginning bytes: UnsafeRawBufferPointer) -> String? {
        if bytes.starts(with: "PK".utf8) || bytes.first == 0x80 {
            return "it looks like PyTorch's weights: name the folder that has its safetensors"
        }
        if bytes.count > 8, bytes[8] == UInt8(ascii: "{") {
            return "it looks like safetensors: name the folder that it lies in"
        }
        if bytes.first == UInt8(ascii: "{") {
            return "it looks like JSON: name the folder that it lies in"
        }
        if bytes.first == UInt8(ascii: "<") {
            return "it looks like a web page: the download failed, get the file again"
        }
        if bytes.starts(with: "lmgg".utf8) || bytes.starts(with: "tjgg".utf8) {
            return "it is GGML, llama.cpp's format before GGUF: take the model as a GGUF"
        }
        return nil
    }

    private static func tensors(
        count: Int, metadata: [String: GGUFValue], reader: inout ByteReader, file: MappedFile
    ) throws(ModelError) -> [String: Tensor] {
        let path = file.path
        var entries: [(name: String, shape: [Int], type: TensorType, offset: UInt64)] = []
        for _ in 0..<count {
            let name = try name(&reader, path: path, what: "tensor name")
            let rank = try reader.read(UInt32.self, "rank of tensor \"\(name)\"")
            guard (1...4).contains(rank) else {
                throw ModelError(
                    "\(path): tensor \"\(name)\" has \(rank) dimensions, expected 1 to 4")
            }
            var shape: [Int] = []
            for _ in 0..<rank {
                let size = try reader.read(UInt64.self, "shape of tensor \"\(name)\"")
                guard size <= UInt64(Int32.max) else {
                    throw ModelError("\(path): tensor \"\(name)\" has a dimension of \(size)")
                }
                shape.insert(Int(size), at: 0)  // GGUF writes the innermost first
            }
            let code = try reader.read(UInt32.self, "type of tensor \"\(name)\"")
            guard let type = Int32(exactly: code).flatMap(TensorType.init(rawValue:)) else {
                let supported = TensorType.allCases.map(\.name).joined(separator: ", ")
                throw ModelError(
                    "\(path): tensor \"\(name)\" has type \(TensorType.name(ofCode: code)), which is "
                        + "not supported",
                    hint: "convert the model to one of \(supported)")
            }
            entries.append(
                (name, shape, type, try reader.read(UInt64.self, "offset of tensor \"\(name)\"")))
        }
        let alignment = metadata["general.alignment"]?.integer ?? 32
        guard alignment > 0, alignment <= 1 << 20, alignment & (alignment - 1) == 0 else {
            throw ModelError("\(path): general.alignment is \(alignment), expected a power of two")
        }
        let start = (reader.offset + alignment - 1) / alignment * alignment
        var tensors: [String: Tensor] = [:]
        for (name, shape, type, offset) in entries {
            guard let size = Tensor.byteCount(shape: shape, type: type) else {
                throw ModelError(
                    "\(path): tensor \"\(name)\" of shape \(shape) does not divide into \(type.name) blocks"
                )
            }
            let available = max(0, file.bytes.count - start)
            guard offset % UInt64(alignment) == 0 else {
                throw ModelError(
                    "\(path): tensor \"\(name)\" lies at offset \(offset), not a multiple of \(alignment)"
                )
            }
            guard offset <= UInt64(available), size <= available - Int(offset) else {
                throw ModelError(
                    "\(path): tensor \"\(name)\" needs \(size) bytes at data offset \(offset), but the "
                        + "file has \(available) bytes of data",
                    hint:
                        "the file looks truncated; compare its size with the source's, copy it again"
                )
            }
            let first = start + Int(offset)
            let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[first..<first + size])
            let tensor = Tensor(name: name, type: type, shape: shape, bytes: bytes, owner: file)
            guard tensors.updateValue(tensor, forKey: name) == nil else {
                throw ModelError("\(path): tensor \"\(name)\" appears twice")
            }
        }
        try Tensor.checkOverlaps(tensors.values, path: path)
        return tensors
    }

    private static func name(
        _ reader: inout ByteReader, path: String, what: String
    ) throws(ModelError) -> String {
        let length = try reader.count(unit: 1, "length of a \(what)")
        guard length <= 65_535 else {
            throw ModelError("\(path): a \(what) of \(length) bytes, at most 65535 are allowed")
        }
        let bytes = try reader.take(length, what)
        guard let name = String(validating: bytes, as: UTF8.self) else {
            throw ModelError("\(path): a \(what) is not valid UTF-8")
        }
        return name
    }
}
