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
    ///   - needed: Bytes of the corpus files, which an output and a store seldom exceed.
    /// - Returns: nil where there is enough, or where the file system does not say.
    static func warning(_ path: String, _ what: String, needed: Int64) -> String? {
        let folder = FilePath.folder(of: FileSystem.followingLinks(path))
        var info = statvfs()
        guard statvfs(folder.isEmpty ? "." : folder, &info) == 0 else { return nil }
        let (free, isHuge) = Int64(clamping: info.f_bavail)
            .multipliedReportingOverflow(by: Int64(clamping: info.f_frsize))
        guard !isHuge, free < needed else { return nil }
        return
            "warning: \(what) \(path) may not fit: \(NumberText.bytes(free)) are free there, and the "
            + "corpus files have \(NumberText.bytes(needed))\n"
    }
}
