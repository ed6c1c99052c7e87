import ArgumentParser
import Foundation
import Refinery

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
            case .export: FileReader.size(path: manifest) != nil
            case .page:
                FileHandle(forReadingAtPath: path)?.readData(ofLength: PageStyle.mark.count)
                    == Data(PageStyle.mark)
            }
        }

        fileprivate var sign: String {
            switch self {
            case .export: "there is no manifest beside it"
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
}
