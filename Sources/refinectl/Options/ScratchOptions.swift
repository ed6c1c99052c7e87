import ArgumentParser
import Foundation
import Refinery

/// Where files without a name are made that memory should not hold.
struct ScratchOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Sort in this folder (default: $TMPDIR, else /var/tmp).", valueName: "folder"))
    var scratch: String?

    /// Refuses no name.
    func validate() throws {
        guard scratch?.isEmpty != true else {
            throw ValidationError("--scratch must not be empty")
        }
    }

    /// The folder.
    var folder: String {
        if let scratch { return scratch }
        let environment = ProcessInfo.processInfo.environment["TMPDIR"] ?? ""
        return environment.isEmpty ? "/var/tmp" : environment
    }
}
