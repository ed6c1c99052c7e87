import ArgumentParser
import Foundation
import Refinery
import TrainerFormats

/// Whether an output may replace a file that is no earlier output.
struct OverwriteOptions: ParsableArguments {
    @Flag(help: "Replace the output's file also where refinery did not write it.")
    var overwrite = false

    /// What is written, and what an earlier output of the kind is known by.
    enum Kind {
        /// Rows; a manifest lies beside them.
        case export
        /// A report; it begins as every report does.
        case page

        fileprivate func isEarlier(_ path: String, _ manifest: String) -> Bool {
            switch self {
            case .export:
                EarlierOutput(manifest: manifest)?.files.contains(FilePath.name(of: path)) == true
            case .page:
                FileHandle(forReadingAtPath: path)?.readData(ofLength: PageStyle.mark.count)
                    == Data(PageStyle.mark)
            }
        }

        fileprivate var sign: String {
            switch self {
            case .export: "no manifest beside it names it"
            case .page: "it does not begin as a report does"
            }
        }
    }

    /// Refuses an output where a file lies that refinery did not write: it may be the only copy of
    /// a corpus.
    ///
    /// An empty file, a pipe and a device are written to.
    ///
    /// - Parameters:
    ///   - path: the file that would be replaced.
    ///   - kind: what is written.
    ///   - manifest: where the manifest of an earlier output lies.
    /// - Throws: ``Failure`` that names the file.
    func check(_ path: String, _ kind: Kind, manifest: String) throws {
        guard !overwrite, path != "-", let size = FileReader.size(path: path), size > 0,
            !kind.isEarlier(path, manifest)
        else { return }
        throw Failure(
            "cannot write \(path): a file of \(NumberText.bytes(size)) is there that refinery did not "
                + "write (\(kind.sign))",
            hint: "name another file, or replace it by --overwrite")
    }

    /// Refuses an output that is what was kept of another shard: each shard has an output of its own.
    ///
    /// - Throws: ``Failure`` that names the other shard.
    func check(_ output: ExportOutput, is shard: ShardCuts.Shard) throws {
        let manifest = Manifest.path(beside: output.path)
        guard !overwrite, let other = EarlierOutput(manifest: manifest)?.shard,
            other.sha256 != shard.sha256 || other.file != shard.file,
            output.place != .file || FileReader.size(path: output.path) != nil
        else { return }
        throw Failure(
            "cannot write \(output.path): it holds what was kept of another shard, \(other.file) "
                + "(SHA-256 \(other.sha256.prefix(16)))",
            hint: "name another output for this shard, or replace that one by --overwrite")
    }

    /// Refuses an output whose manifest would take the place of another output's, which could not
    /// be verified any more, or of a file that is no manifest.
    ///
    /// - Throws: ``Failure`` that names the manifest.
    func checkManifest(of output: ExportOutput) throws {
        let manifest = Manifest.path(beside: output.path)
        guard !overwrite, let size = FileReader.size(path: manifest), size > 0 else { return }
        let earlier = EarlierOutput(manifest: manifest)
        guard earlier?.name != FilePath.name(of: output.path) || earlier?.place != output.place
        else { return }
        throw Failure(
            "cannot write \(manifest), which goes beside \(output.path): "
                + (earlier.map { "it is the manifest of \($0.name), an output of \($0.format)" }
                    ?? "a file is there that refinery did not write"),
            hint: "name the output otherwise, or replace the manifest by --overwrite")
    }
}
