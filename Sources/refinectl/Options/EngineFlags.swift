import ArgumentParser
import Refinery
import TeacherInference

/// What is said of a served model beside its address.
struct EngineFlags: Equatable {
    var tokenizer: String?
    var revision: String?
    var dtype: String?
    var keyFile: String?
    var authorityFile: String?
    var allowsPlainHTTP = false

    /// Refuses them for a model that is read here, and an address without a tokenizer.
    ///
    /// - Parameters:
    ///   - model: a path or an address; nil where none was given.
    ///   - prefix: what is in front of their names, such as `--teacher-`.
    /// - Throws: `ValidationError`.
    func validate(_ model: String?, prefix: String) throws {
        guard let model, EngineReference.isAddress(model) else {
            guard !allowsPlainHTTP else { throw Self.plainHTTPNeedsAddress }
            guard self == EngineFlags() else {
                throw ValidationError(
                    "\(prefix)tokenizer, -revision, -dtype, -api-key-file and -ca go with a model "
                        + "that an engine serves, such as vllm+http://host:8000/MODEL")
            }
            return
        }
        guard tokenizer?.isEmpty == false else {
            throw ValidationError(
                // Not the address: a password may be in it.
                "the model is served by an engine: give \(prefix)tokenizer FOLDER, a local folder or "
                    + ".gguf file with its tokenizer")
        }
    }

    static let plainHTTPNeedsAddress = ValidationError(
        "--allow-plain-http goes with a model that an engine serves, such as "
            + "vllm+http://host:8000/MODEL")

    /// Refuses what is said of how models are read here where all of them are served.
    ///
    /// - Parameters:
    ///   - given: the options that were given, by name.
    ///   - models: paths or addresses.
    /// - Throws: `ValidationError`.
    static func refuse(_ given: [String], where models: [String]) throws {
        guard models.allSatisfy(EngineReference.isAddress), let first = given.first else { return }
        throw ValidationError(
            "\(first) is of a model that is read here, and an engine serves "
                + (models.count == 1 ? "this one" : "these"))
    }

    /// What is to be warned of before scores of a served model are recorded; nil for nothing.
    func warning(_ model: String) -> String? {
        guard revision == nil else { return nil }
        return
            "\(model): no revision is named, so scores of other weights under this name are told "
            + "apart by the canary alone"
    }

    /// The model that a text names: a path, or an address with these flags.
    ///
    /// - Parameters:
    ///   - text: what the user wrote.
    ///   - options: how it is read.
    /// - Returns: The model, which may have an engine.
    /// - Throws: `RefineryError` for an address that cannot be used.
    func reference(_ text: String, _ options: LanguageModel.Options) throws -> ModelReference {
        var reference = ModelReference(
            path: text, context: options.context, pre: options.pre,
            ignoredConfig: options.ignoredConfig)
        guard EngineReference.isAddress(text) else { return reference }
        var engine = try EngineReference(address: text)
        engine.tokenizer = tokenizer ?? ""
        engine.revision = revision
        engine.dtype = dtype ?? engine.dtype
        engine.keyFile = keyFile
        engine.authorityFile = authorityFile
        engine.allowsPlainHTTP = allowsPlainHTTP
        if let problem = engine.problem { throw Failure.usage(problem) }
        reference.engine = engine
        return reference
    }
}

/// What is said of the one served model of a command.
struct EngineOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A served model's tokenizer: a local folder or .gguf file.", valueName: "folder"))
    var tokenizer: String?

    @Option(help: ArgumentHelp("What you call a served model's weights.", valueName: "name"))
    var revision: String?

    @Option(
        help: ArgumentHelp(
            "The numbers that it is served in (default: bfloat16).", valueName: "type"))
    var dtype: String?

    @Option(help: ArgumentHelp("A file with the engine's key.", valueName: "path"))
    var apiKeyFile: String?

    @Option(help: ArgumentHelp("Certificates to trust beside the system's.", valueName: "path"))
    var ca: String?

    @Flag(help: "Let the key go over plain http beyond this machine.")
    var allowPlainHttp = false

    /// The same as a value.
    var flags: EngineFlags {
        EngineFlags(
            tokenizer: tokenizer, revision: revision, dtype: dtype, keyFile: apiKeyFile,
            authorityFile: ca, allowsPlainHTTP: allowPlainHttp)
    }
}

/// What is said of a served teacher.
struct TeacherEngineOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A served teacher's tokenizer: a local folder or .gguf file.", valueName: "folder"))
    var teacherTokenizer: String?

    @Option(help: ArgumentHelp("What you call a served teacher's weights.", valueName: "name"))
    var teacherRevision: String?

    @Option(
        help: ArgumentHelp(
            "The numbers that it is served in (default: bfloat16).", valueName: "type"))
    var teacherDtype: String?

    @Option(help: ArgumentHelp("A file with its engine's key.", valueName: "path"))
    var teacherApiKeyFile: String?

    @Option(help: ArgumentHelp("Certificates to trust beside the system's.", valueName: "path"))
    var teacherCa: String?

    @Flag(help: "Let keys go over plain http beyond this machine.")
    var allowPlainHttp = false

    /// The same as a value.
    var flags: EngineFlags {
        EngineFlags(
            tokenizer: teacherTokenizer, revision: teacherRevision, dtype: teacherDtype,
            keyFile: teacherApiKeyFile, authorityFile: teacherCa,
            allowsPlainHTTP: allowPlainHttp)
    }
}

/// What is said of a served reference.
struct ReferenceEngineOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A served reference's tokenizer: a local folder or .gguf file.", valueName: "folder"))
    var referenceTokenizer: String?

    @Option(help: ArgumentHelp("What you call a served reference's weights.", valueName: "name"))
    var referenceRevision: String?

    @Option(
        help: ArgumentHelp(
            "The numbers that it is served in (default: bfloat16).", valueName: "type"))
    var referenceDtype: String?

    @Option(help: ArgumentHelp("A file with its engine's key.", valueName: "path"))
    var referenceApiKeyFile: String?

    @Option(help: ArgumentHelp("Certificates to trust beside the system's.", valueName: "path"))
    var referenceCa: String?

    /// The same as a value; whether plain http is allowed is said once for both models.
    func flags(allowsPlainHTTP: Bool) -> EngineFlags {
        EngineFlags(
            tokenizer: referenceTokenizer, revision: referenceRevision, dtype: referenceDtype,
            keyFile: referenceApiKeyFile, authorityFile: referenceCa,
            allowsPlainHTTP: allowsPlainHTTP)
    }
}

/// What is said of the served models of a pair.
struct PairEngineOptions: ParsableArguments {
    @OptionGroup var teacher: TeacherEngineOptions
    @OptionGroup var reference: ReferenceEngineOptions

    /// What is said of the model in a role.
    func flags(_ role: ModelRole) -> EngineFlags {
        role == .teacher
            ? teacher.flags : reference.flags(allowsPlainHTTP: teacher.allowPlainHttp)
    }

    /// As ``EngineFlags/validate(_:prefix:)``, of both models.
    func validate(teacher: String?, reference: String?) throws {
        let isServed = [teacher, reference].compactMap { $0 }.contains(
            where: EngineReference.isAddress)
        guard isServed || !self.teacher.allowPlainHttp else {
            throw EngineFlags.plainHTTPNeedsAddress
        }
        for (role, model) in [(ModelRole.teacher, teacher), (.reference, reference)] {
            var own = flags(role)
            own.allowsPlainHTTP = false
            try own.validate(model, prefix: "--\(role.rawValue)-")
        }
    }

    /// Whether nothing is said.
    var isEmpty: Bool { ModelRole.allCases.allSatisfy { flags($0) == EngineFlags() } }
}
