import Logging
import Synchronization
import TeacherInference

/// Says before a batch is recorded whether the weights that scored it are those of the fingerprint.
///
/// Weights are mapped, so whoever overwrites a model's file changes them under the scoring. Files
/// are compared by device, inode, size and times; what differs is hashed again.
final class WeightCheck: Sendable {
    private struct Seen {
        /// Of each model, its files when they last had the right bytes.
        var files: [[FileIdentity]]
        /// How often files were seen to differ from that.
        var changes = 0
        var failure: ModelError?
    }

    private let members: [ModelPair.Member]
    private let logger: Logger
    private let seen: Mutex<Seen>

    /// Watches the files of `members`, which have their fingerprints since they were mapped.
    init(_ members: [ModelPair.Member], logger: Logger) {
        self.members = members
        self.logger = logger
        seen = Mutex(Seen(files: members.map(\.model.weightFiles)))
    }

    /// Taken before a batch is scored, given to ``isValid(since:)`` after.
    var changes: Int { seen.withLock(\.changes) }

    /// Whether a batch that began at `changes` was scored with the right weights throughout; else
    /// it is to be scored again.
    ///
    /// Blocks while a file that was touched is read again, and others wait for that.
    ///
    /// - Throws: ``ModelError`` where a file no longer has the bytes of the fingerprint.
    func isValid(since changes: Int) throws -> Bool {
        try seen.withLock { seen in
            if let failure = seen.failure { throw failure }
            do {
                for (index, member) in members.enumerated() {
                    let files = try member.model.currentWeightFiles()
                    guard files != seen.files[index] else { continue }
                    try verify(member, was: seen.files[index], now: files)
                    seen.files[index] = files
                    seen.changes += 1
                }
            } catch let error as ModelError {
                seen.failure = error
                throw error
            }
            return seen.changes == changes
        }
    }

    /// Hashes the files of `member` again, whose bytes must be those of its fingerprint.
    private func verify(
        _ member: ModelPair.Member, was: [FileIdentity], now: [FileIdentity]
    ) throws {
        let names = zip(was, now).filter { $0 != $1 }.map(\.1.path).joined(separator: ", ")
        logger.warning(
            "a model's file was touched while it is loaded; it is read again",
            metadata: ["file": "\(names)"])
        // A file that became shorter cannot be read to the end of its mapping.
        let haveSizes = was.map(\.size) == now.map(\.size)
        guard haveSizes, try member.model.fingerprint(cache: nil) == member.fingerprint else {
            throw ModelError(
                "\(names) was overwritten while it was loaded; what was scored meanwhile is not "
                    + "recorded",
                hint: "bring the old file back and start again; replace a model by renaming a new "
                    + "file over it")
        }
        logger.notice(
            "the model's file has the same bytes as before; the batches in flight are scored again",
            metadata: ["file": "\(names)"])
    }
}
