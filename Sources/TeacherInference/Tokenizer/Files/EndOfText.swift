import Foundation

/// The token that a model's files say ends a text.
public enum EndOfText {
    /// The end-of-text token of the model at `path`.
    ///
    /// A GGUF file says it by `tokenizer.ggml.eos_token_id`. In a Hugging Face folder it is
    /// `eos_token` of `tokenizer_config.json`, then of `special_tokens_map.json`, then
    /// `eos_token_id` of `config.json`, of whose list the first counts.
    ///
    /// - Parameters:
    ///   - path: a `.gguf` file or a Hugging Face folder.
    ///   - tokenizer: the tokenizer at that path.
    /// - Returns: an id of the vocabulary; nil where the files name none.
    /// - Throws: ``ModelError`` for files that cannot be read, and for a token that the tokenizer
    ///   does not have.
    public static func token(
        of path: String, tokenizer: any Tokenizer
    ) throws(ModelError) -> TokenID? {
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        guard isThere, isFolder.boolValue else {
            return try check(
                LanguageModel.loadVocabulary(path: path).eos, tokenizer, "eos_token_id", path)
        }
        for name in ["tokenizer_config.json", "special_tokens_map.json"] {
            guard let value = try member("eos_token", of: path + "/" + name) else { continue }
            guard let spelling = value.text ?? value["content"]?.text else { continue }
            guard let id = tokenizer.id(ofToken: spelling) else {
                throw ModelError(
                    "\(path)/\(name) names the end-of-text token "
                        + "\(JSONParser.quoted(Array(spelling.utf8))), which the tokenizer does not "
                        + "have")
            }
            return id
        }
        let value = try member("eos_token_id", of: path + "/config.json")
        return try check(
            value?.integer ?? value?.array?.first?.integer, tokenizer, "eos_token_id",
            path + "/config.json")
    }

    private static func check(
        _ id: Int?, _ tokenizer: any Tokenizer, _ name: String, _ source: String
    ) throws(ModelError) -> TokenID? {
        guard let id else { return nil }
        guard (0..<tokenizer.vocabularySize).contains(id) else {
            throw ModelError(
                "\(source): \(name) is \(id), but the tokenizer has \(tokenizer.vocabularySize) ids"
            )
        }
        return TokenID(id)
    }

    private static func member(
        _ name: StaticString, of path: String
    ) throws(ModelError) -> JSONValue? {
        guard let bytes = try RegularFile.bytes(ifThere: path) else { return nil }
        return try JSONParser.parse(bytes, source: path).member(name)
    }
}
