import ArgumentParser
import Refinery
import TeacherInference

/// How a model is read: wherever one is named.
struct ModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What stands in front of a text: auto, none, bos, or a control token's spelling.",
            valueName: "rule"))
    var context = "auto"

    @Option(
        help: ArgumentHelp(
            "The pre-tokenizer, where the file does not name one that is known.",
            valueName: "name"))
    var pre: String?

    @OptionGroup var fields: FieldOptions

    /// Refuses what cannot be meant.
    func validate() throws {
        guard !context.isEmpty else { throw ValidationError("--context must not be empty") }
        guard pre?.isEmpty != true else { throw ValidationError("--pre must not be empty") }
    }

    /// The library's options.
    var options: LanguageModel.Options {
        LanguageModel.Options(context: context, pre: pre, ignoredConfig: fields.ignored)
    }
}

extension LanguageModel.Options {
    /// The same with another context rule or pre-tokenizer, where one is named.
    func with(context: String?, pre: String?) -> LanguageModel.Options {
        var options = self
        options.context = context ?? options.context
        options.pre = pre ?? options.pre
        return options
    }
}

/// What of a config.json need not be understood: wherever a model is loaded.
struct FieldOptions: ParsableArguments {
    @Option(
        name: .customLong("ignore-config"),
        help: ArgumentHelp(
            "A field of config.json that changes no score, though it is not known (repeatable).",
            valueName: "field"))
    var ignored: [String] = []

    /// The names of what was given.
    var given: [String] { ignored.isEmpty ? [] : ["--ignore-config"] }

    /// Refuses what cannot be meant.
    func validate() throws {
        guard !ignored.contains("") else {
            throw ValidationError("--ignore-config must not be empty")
        }
    }
}

/// Threads that score.
struct ThreadOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Threads that work (default: one a core).", valueName: "n"))
    var threads: Int?

    /// The names of what was given.
    var given: [String] { threads == nil ? [] : ["--threads"] }

    /// ``threads``, or one a core that this process may use.
    var count: Int { threads ?? AvailableCores.count }

    /// Refuses numbers that make no sense.
    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads must be from 1 to 1024")
        }
    }
}

/// One line of JSON instead of a table.
struct JSONOptions: ParsableArguments {
    @Flag(help: "Print JSON, one object a line.")
    var json = false
}
