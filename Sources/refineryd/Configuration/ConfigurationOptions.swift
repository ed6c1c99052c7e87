import ArgumentParser
import Foundation
import Refinery

/// Where the configuration comes from; the same for every command of the daemon.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: "The configuration file (default: the environment's REFINERY_CONFIG).")
    var config: String?

    @Option(help: "The store's database file.")
    var store: String?

    @Option(help: "The Unix socket (default: REFINERY_SOCKET, then the file's).")
    var socket: String?

    @Option(help: "The teacher: a .gguf file, a Hugging Face folder, or an engine's address.")
    var teacher: String?

    @Option(help: "The reference model: a file, a folder or an address, as the teacher.")
    var reference: String?

    @Option(help: "Threads that score; 0 for one a core.")
    var threads: Int?

    /// The effective values: defaults, file, environment, command line, in rising order.
    func effective(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> Configuration {
        guard let file = config ?? environment["REFINERY_CONFIG"], !file.isEmpty else {
            throw ValidationError("give --config FILE, or set REFINERY_CONFIG")
        }
        var configuration = try Configuration(file: file)
        if let value = environment["REFINERY_SOCKET"], !value.isEmpty {
            configuration.socket = value
        }
        if let store { configuration.store = store }
        if let socket { configuration.socket = socket }
        if let teacher {
            try Self.name(teacher, &configuration.teacher, &configuration.teacherEngine)
        }
        if let reference {
            try Self.name(reference, &configuration.reference, &configuration.referenceEngine)
        }
        if let threads { configuration.threads = threads }
        let problems = configuration.problems
        guard problems.isEmpty else {
            throw ConfigurationError(file: file, problems: problems)
        }
        return configuration
    }

    /// Takes a path or an engine's address; what the file says of the engine beside it holds.
    private static func name(
        _ text: String, _ model: inout ModelReference, _ engine: inout EngineReference
    ) throws {
        guard EngineReference.isAddress(text) else {
            model.path = text
            engine = EngineReference(kind: "", urls: [], model: "")
            return
        }
        let address = try EngineReference(address: text)
        model.path = ""
        (engine.kind, engine.urls, engine.model) = (address.kind, address.urls, address.model)
    }
}
