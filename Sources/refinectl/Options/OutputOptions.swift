import ArgumentParser
import Foundation
import Refinery

/// How a selection is written: shared by `export` and `refine`.
struct OutputOptions: ParsableArguments {
    /// The formats that can be written.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        /// A JSON object a line.
        case jsonl
        /// A row a chunk, in columns.
        case parquet
    }

    @Option(
        name: .customLong("format"),
        help: "The format (default: by the output's name, else jsonl).")
    var namedFormat: Format?

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

    @OptionGroup var overwriting: OverwriteOptions

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

    /// The format in which a path is written.
    func format(of path: String) -> Format {
        namedFormat ?? (path.lowercased().hasSuffix(".parquet") ? .parquet : .jsonl)
    }

    /// Refuses a name that says another format than the one written.
    func checkFormat(_ path: String) throws {
        let format = format(of: path)
        let others =
            [".arrow", ".feather", ".csv", ".tsv", ".bin", ".mds", ".parquet.gz", ".parquet.zst"]
            + (format == .parquet ? [".jsonl", ".gz", ".zst"] : [".parquet"])
        guard let ending = others.first(where: { path.lowercased().hasSuffix($0) }) else { return }
        throw Failure(
            "cannot write \(path): a file called \(ending) does not hold \(format.rawValue)",
            hint: "name it .jsonl, .jsonl.gz, .jsonl.zst or .parquet")
    }

    /// Refuses an output that cannot be written, or that would replace what is in use, before any
    /// work is done.
    ///
    /// Beside an export goes a manifest.
    static func check(
        _ path: String, _ target: OutputTarget, _ kind: OverwriteOptions.Kind,
        _ overwriting: OverwriteOptions
    ) throws {
        guard path != "-" else { return }
        guard !path.isEmpty else { throw Failure.usage("--output must not be empty") }
        try target.check(path)
        try overwriting.check(path, kind)
        let manifest = kind == .export
        guard try OutputWriter.isStream(path) == false else { return }
        let real = FileSystem.followingLinks(path) as NSString
        let folder = real.deletingLastPathComponent
        let place = folder.isEmpty ? "." : folder
        let name = (path as NSString).lastPathComponent + (manifest ? ".manifest.json" : "")
        let longest = pathconf(place, CInt(_PC_NAME_MAX))
        guard longest < 0 || name.utf8.count <= longest else {
            throw Failure(
                "cannot write \(path): the name \(name) has \(name.utf8.count) bytes, at most "
                    + "\(longest) are possible there",
                hint: "name the output shorter")
        }
        // Nothing but trying tells whether a quota, a read-only disk or a full one is in the way.
        try OutputWriter(path: path).discard()
        if manifest {
            try target.check(path + ".manifest.json")
            guard try !OutputWriter.isStream(path + ".manifest.json") else {
                throw Failure("cannot write \(path).manifest.json: it is no regular file")
            }
        }
    }
}

extension ExportOrder: ExpressibleByArgument {}

extension ValidationError {
    /// Turns the library's refusal of an option's value into a usage error.
    static func rethrow<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as RefineryError {
            throw ValidationError(error.description)
        }
    }
}
