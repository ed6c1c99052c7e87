import ArgumentParser
import NIOPosix
import Refinery

/// `refinectl verify`.
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check that an export is what its manifest says.",
        discussion: """
            Reads every file that the manifest names and compares sizes, SHA-256 and counts: rows, \
            tokens, sequences, texts. Each file that differs is named. It ends with 0 where nothing \
            differs, and with 1 where anything does. It needs no daemon and no store.

            Examples:
              refinectl verify refined.jsonl.zst.manifest.json
              refinectl verify train.manifest.json --json
            """)

    @Argument(
        help: ArgumentHelp(
            "The manifest, which lies beside the output as OUTPUT.manifest.json.",
            valueName: "manifest"))
    var manifest: String

    @OptionGroup var output: JSONOptions

    /// Compares, and says what differs.
    func run() async throws {
        let path = manifest
        let reporter = ProgressReporter(after: ProgressReporter.patience)
        let check = try await NIOThreadPool.singleton.runIfActive {
            try ManifestCheck(manifest: path) { done, total in
                reporter.update(
                    ProgressSnapshot(stage: "reading", done: done, total: total, unit: "bytes"))
            }
        }
        reporter.finish()
        if output.json {
            StandardOutput.write(JSONOutput.line(check))
        } else {
            StandardOutput.write(Self.text(check))
        }
        guard check.isEqual else { throw ExitCode(1) }
    }

    /// The comparison for people.
    static func text(_ check: ManifestCheck) -> String {
        var lines: [String] = []
        for file in check.files {
            lines += file.differences.map { EscapedText.line("\(file.path): \($0)") }
        }
        lines += check.differences.map { "the output differs: \(EscapedText.line($0))" }
        if lines.isEmpty {
            lines = [
                "\(NumberText.counted(Int64(check.files.count), "file")) as the manifest says: "
                    + "\(check.format), \(NumberText.counted(Int64(check.rows), "row")), "
                    + NumberText.bytes(check.bytes)
            ]
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
