import ArgumentParser
import Foundation
import Refinery

/// How a selection is written: shared by `export` and `refine`.
struct OutputOptions: ParsableArguments {
    /// The formats that can be written.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        /// A JSON object a line.
        case jsonl
    }

    @Option(help: "The format.")
    var format = Format.jsonl

    @Option(help: ArgumentHelp("The selection's name (default: made from the rule)."))
    var name: String?

    @Flag(help: "Add the document's other fields, as `fields`.")
    var keepFields = false

    @Option(help: "The order of the rows: as imported, best first, or shuffled.")
    var order = ExportOrder.corpus

    @Option(help: ArgumentHelp("The seed of a shuffled order.", valueName: "s"))
    var orderSeed: UInt64 = 0

    @Flag(help: "Join neighbouring chunks of a document into one row.")
    var mergeAdjacent = false

    /// Refuses a name that cannot be meant, and contradictions.
    func validate() throws {
        guard name?.isEmpty != true else { throw ValidationError("--name must not be empty") }
        try ValidationError.rethrow { try options.validate() }
    }

    /// The library's options.
    var options: ExportOptions {
        ExportOptions(
            order: order, seed: orderSeed, mergesAdjacent: mergeAdjacent, fields: keepFields)
    }

    /// Refuses an output that cannot be written before any work is done.
    static func check(_ path: String) throws {
        guard path != "-" else { return }
        guard !path.isEmpty else { throw Failure.usage("--output must not be empty") }
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
        {
            throw Failure("cannot write \(path): it is a folder", hint: "name a file in it")
        }
        let folder = (path as NSString).deletingLastPathComponent
        let place = folder.isEmpty ? "." : folder
        guard access(place, W_OK | X_OK) == 0 else {
            throw Failure("cannot write \(path): \(place): \(String(cString: strerror(errno)))")
        }
    }
}

extension ExportOrder: ExpressibleByArgument {}

extension ValidationError {
    /// Turns the library's refusal of an option's value into a usage error.
    static func rethrow<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as StoreError {
            throw ValidationError(error.description)
        }
    }
}
