/// Models whose files are full of the smallest things that a reader makes something larger of: what
/// shows how many bytes of memory a byte of a file can cost.
enum SwollenModel {
    /// Bytes that a file is filled up to.
    private static let size = 2 << 20

    /// What makes one model a kind of thing, from the first GGUF file and the first folder of
    /// `models`.
    static func all(_ models: [ModelFiles]) -> [() -> ModelFiles] {
        let file = models.first { $0.files.count == 1 }
        let folder = models.first { $0.opened.isEmpty }
        let images = file.map { model in
            fillings.map { name, fill in
                {
                    guard var image = GGUFImage(model.files[0].bytes) else { return model }
                    fill(&image)
                    return filled(model, 0, image.file, name)
                }
            }
        }
        let others = folder.map { model in
            texts.compactMap { file, name, text in
                model.files.firstIndex { $0.name == file }.map { place in
                    { filled(model, place, Array(text().utf8), name) }
                }
            }
        }
        let weights = folder.map { model in
            headers.compactMap { name, header in
                model.files.firstIndex { $0.name.hasSuffix(".safetensors") }.map { place in
                    {
                        let text = Array(header().utf8)
                        return filled(model, place, bytes(UInt64(text.count)) + text, name)
                    }
                }
            }
        }
        return (images ?? []) + (others ?? []) + (weights ?? [])
    }

    private static func filled(
        _ model: ModelFiles, _ place: Int, _ bytes: [UInt8], _ with: String
    ) -> ModelFiles {
        var model = model
        model.name += ", \(model.files[place].name) full of \(with)"
        model.files[place].bytes = bytes
        return model
    }

    private static let headers: [(String, @Sendable () -> String)] = [
        ("tensors", { object { #""\#($0)":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"# } }),
        (
            "sizes",
            { #"{"a":{"dtype":"F32","shape":["# + list("0") + #"],"data_offsets":[0,0]}}"# }
        ),
        ("foreign types", { object { #""\#($0)":{"dtype":"I8"}"# } }),
    ]

    private static let fillings: [(String, @Sendable (inout GGUFImage) -> Void)] = [
        (
            "metadata",
            { image in
                for index in 0..<size / 21 {
                    image.entries.append(
                        GGUFImage.Entry(key: Array(word(index).utf8), type: 7, value: [1]))
                }
            }
        ),
        (
            "tensors",
            { image in
                for index in 0..<size / 40 {
                    image.tensors.append(
                        GGUFImage.Tensor(
                            name: Array(word(index).utf8), dimensions: [0], type: 0, offset: 0))
                }
            }
        ),
        ("empty tokens", { set("tokenizer.ggml.tokens", array(8, bytes(0), size / 8), &$0) }),
        (
            "one-byte tokens",
            { set("tokenizer.ggml.tokens", array(8, bytes(1) + [97], size / 9), &$0) }
        ),
        (
            "distinct tokens",
            { image in
                let words = (0..<size / 12).map { Array(word($0).utf8) }
                let content = words.flatMap { bytes(UInt64($0.count)) + $0 }
                set(
                    "tokenizer.ggml.tokens", array(8, [], words.count) + content, &image)
                set("tokenizer.ggml.token_type", array(0, [1], words.count), &image)
            }
        ),
        (
            "merges",
            { set("tokenizer.ggml.merges", array(8, bytes(3) + Array("a b".utf8), size / 11), &$0) }
        ),
        ("small integers", { set("tokenizer.ggml.token_type", array(0, [1], size), &$0) }),
        ("booleans", { set("general.tags", array(7, [1], size), &$0) }),
    ]

    private static let texts: [(file: String, of: String, text: @Sendable () -> String)] = [
        ("config.json", "numbers", { #"{"a":["# + list("0") + "]}" }),
        ("config.json", "empty lists", { #"{"a":["# + list("[]") + "]}" }),
        ("config.json", "empty objects", { #"{"a":["# + list("{}") + "]}" }),
        ("config.json", "empty strings", { #"{"a":["# + list("\"\"") + "]}" }),
        ("config.json", "members", { object { #""\#($0)":0"# } }),
        ("tokenizer.json", "one-member objects", { #"{"a":["# + list(#"{"":0}"#) + "]}" }),
        (
            "tokenizer.json", "tokens",
            {
                var id = -1
                let vocabulary = object {
                    id += 1
                    return #""\#($0)":\#(id)"#
                }
                return tokenizer(vocabulary: vocabulary, merges: "", added: "")
            }
        ),
        (
            "tokenizer.json", "merges",
            {
                tokenizer(
                    vocabulary: #"{"a":0,"b":1,"ab":2}"#, merges: list(#"["a","b"]"#), added: "")
            }
        ),
        (
            "tokenizer.json", "added tokens",
            {
                var id = 0
                let added = object {
                    id += 1
                    return #"{"id":\#(id),"content":"\#($0)"}"#
                }
                return tokenizer(
                    vocabulary: #"{"a":0}"#, merges: "", added: String(added.dropFirst().dropLast())
                )
            }
        ),
    ]

    private static func tokenizer(vocabulary: String, merges: String, added: String) -> String {
        """
        {"model":{"type":"BPE","vocab":\(vocabulary),"merges":[\(merges)]},\
        "added_tokens":[\(added)],"pre_tokenizer":{"type":"ByteLevel"}}
        """
    }

    /// `item` and commas, as often as it fits.
    private static func list(_ item: String) -> String {
        Array(repeating: item, count: size / (item.utf8.count + 1)).joined(separator: ",")
    }

    /// `member` of ever other words, as often as it fits.
    private static func object(_ member: (String) -> String) -> String {
        var text = "{"
        var index = 0
        while text.utf8.count < size {
            text += (index == 0 ? "" : ",") + member(word(index))
            index += 1
        }
        return text + "}"
    }

    /// Letters and digits that no other number has.
    private static func word(_ index: Int) -> String { String(index + 36 * 36 * 36, radix: 36) }

    private static func set(_ key: String, _ value: [UInt8], _ image: inout GGUFImage) {
        image.entries.removeAll { $0.key == Array(key.utf8) }
        image.entries.append(GGUFImage.Entry(key: Array(key.utf8), type: 9, value: value))
    }

    private static func array(_ type: UInt32, _ item: [UInt8], _ count: Int) -> [UInt8] {
        withUnsafeBytes(of: type.littleEndian) { Array($0) } + bytes(UInt64(count))
            + Array(repeatElement(item, count: count).joined())
    }

    private static func bytes(_ value: UInt64) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
