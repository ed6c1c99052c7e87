import Refinery

/// Where the configuration holds what it says of one model, and the keys of that model's table.
struct ModelPlaces: Sendable {
    private let table: String
    private let words: String
    private let path: any ConfigurationKey.Place<String>
    private let context: any ConfigurationKey.Place<String>
    private let pre: any ConfigurationKey.Place<String?>
    private let ignoredConfig: any ConfigurationKey.Place<[String]>
    private let engine: any ConfigurationKey.Place<EngineReference>
    private let kind: any ConfigurationKey.Place<String>
    private let urls: any ConfigurationKey.Place<[String]>
    private let name: any ConfigurationKey.Place<String>
    private let tokenizer: any ConfigurationKey.Place<String>
    private let revision: any ConfigurationKey.Place<String?>
    private let dtype: any ConfigurationKey.Place<String>
    private let keyFile: any ConfigurationKey.Place<String?>
    private let authorityFile: any ConfigurationKey.Place<String?>
    private let tokensInFlight: any ConfigurationKey.Place<Int>
    private let allowsPlainHTTP: any ConfigurationKey.Place<Bool>

    /// The teacher's.
    static let teacher = ModelPlaces(
        table: "teacher", words: "teacher", path: \.teacher.path, context: \.teacher.context,
        pre: \.teacher.pre, ignoredConfig: \.teacher.ignoredConfig, engine: \.teacherEngine,
        kind: \.teacherEngine.kind, urls: \.teacherEngine.urls, name: \.teacherEngine.model,
        tokenizer: \.teacherEngine.tokenizer, revision: \.teacherEngine.revision,
        dtype: \.teacherEngine.dtype, keyFile: \.teacherEngine.keyFile,
        authorityFile: \.teacherEngine.authorityFile,
        tokensInFlight: \.teacherEngine.tokensInFlight,
        allowsPlainHTTP: \.teacherEngine.allowsPlainHTTP)

    /// The reference's.
    static let reference = ModelPlaces(
        table: "reference", words: "reference model", path: \.reference.path,
        context: \.reference.context, pre: \.reference.pre,
        ignoredConfig: \.reference.ignoredConfig, engine: \.referenceEngine,
        kind: \.referenceEngine.kind, urls: \.referenceEngine.urls,
        name: \.referenceEngine.model, tokenizer: \.referenceEngine.tokenizer,
        revision: \.referenceEngine.revision, dtype: \.referenceEngine.dtype,
        keyFile: \.referenceEngine.keyFile, authorityFile: \.referenceEngine.authorityFile,
        tokensInFlight: \.referenceEngine.tokensInFlight,
        allowsPlainHTTP: \.referenceEngine.allowsPlainHTTP)

    /// The keys of the table.
    var keys: [ConfigurationKey] {
        ([
            .string("path", path).checked { configuration in
                guard configuration[keyPath: path].isEmpty,
                    configuration[keyPath: kind].isEmpty
                else { return nil }
                return "no \(words): set path or engine under [\(table)], or give --\(table) MODEL"
            },
            .string("context", context) {
                $0.isEmpty ? "\(table).context must not be empty" : nil
            },
            .optionalString("pre", pre),
            .strings("ignore_config", ignoredConfig),
        ] + served).map { $0.within(table) }
    }

    /// The keys of a model that an engine serves.
    private var served: [ConfigurationKey] {
        [
            .string("engine", kind).checked(engineProblem),
            .strings("url", urls),
            .string("model", name),
            .string("tokenizer", tokenizer),
            .optionalString("revision", revision),
            .string("dtype", dtype) {
                $0.isEmpty ? "\(table).dtype must not be empty" : nil
            },
            .optionalString("api_key_file", keyFile),
            .optionalString("ca", authorityFile),
            .integer(
                "tokens_in_flight", tokensInFlight, EngineReference.tokensInFlightRange),
            .boolean("allow_plain_http", allowsPlainHTTP),
        ]
    }

    /// What is wrong with a model's engine; nil where nothing is, or none serves it.
    private func engineProblem(_ configuration: Configuration) -> String? {
        let engine = configuration[keyPath: engine]
        guard !engine.kind.isEmpty else {
            return engine == EngineReference(kind: "", urls: [], model: "")
                ? nil
                : "[\(table)] has keys of a served model, but no engine: set engine to vllm or sglang"
        }
        if !configuration[keyPath: path].isEmpty {
            return "[\(table)] has both path and engine: name one"
        }
        if engine.tokenizer.isEmpty {
            return "[\(table)] has an engine, but no tokenizer: name a local folder or .gguf file "
                + "with the model's tokenizer"
        }
        if engine.revision == nil {
            return "[\(table)] has an engine, but no revision: say what you know of the weights, "
                + "such as sha256:…"
        }
        return engine.problem.map { "[\(table)]: \($0)" }
    }
}
