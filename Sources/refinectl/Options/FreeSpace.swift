import Foundation
import Refinery
import TrainerFormats

/// The room that a file system has left.
enum FreeSpace {
    /// A warning where the file system of `path` has less room than `needed` bytes.
    ///
    /// - Parameters:
    ///   - path: A file that may not be there yet, in a folder that is.
    ///   - what: What will be written, for people: `the output`.
    ///   - needed: Bytes that it takes.
    ///   - reason: Whose bytes these are, for people; an output and a store seldom exceed the corpus.
    /// - Returns: nil where there is enough, or where the file system does not say.
    static func warning(
        _ path: String, _ what: String, needed: Int64, reason: String = "the corpus files have"
    ) -> String? {
        let folder = FilePath.folder(of: FileSystem.followingLinks(path))
        var info = statvfs()
        guard statvfs(folder.isEmpty ? "." : folder, &info) == 0 else { return nil }
        let (free, isHuge) = Int64(clamping: info.f_bavail)
            .multipliedReportingOverflow(by: Int64(clamping: info.f_frsize))
        guard !isHuge, free < needed else { return nil }
        return
            "warning: \(what) \(path) may not fit: \(NumberText.bytes(free)) are free there, and "
            + "\(reason) \(NumberText.bytes(needed))\n"
    }
}
