import GRDB

/// The store as it is at one moment: a read transaction.
///
/// Stages read through it alone: it hands over rows as values, and SQL stays under Store/. It is
/// valid for as long as ``Store/read(_:)`` runs.
struct Snapshot {
    /// For the files under Store/.
    let db: Database
    /// Asked now and then while much is read; true gives the reading up.
    var isCancelled: @Sendable () -> Bool = { false }

    /// Gives the reading up where nobody wants it any more.
    ///
    /// - Throws: ``JobCancelled``.
    func checkCancellation() throws {
        if isCancelled() { throw JobCancelled() }
    }
}

extension Store {
    /// Runs `body` on a snapshot, on one of the connections that read.
    ///
    /// There are only so many of them: `body` must not wait for anybody outside this process.
    ///
    /// - Parameters:
    ///   - isCancelled: asked now and then while much is read; true gives it up.
    ///   - body: reads.
    /// - Returns: What `body` gives.
    /// - Throws: ``RefineryError`` that names the file where the disk is full or fails, or the file
    ///   is damaged or locked; ``JobCancelled``; what `body` throws.
    func read<Value>(
        isCancelled: @escaping @Sendable () -> Bool = { false },
        _ body: (Snapshot) throws -> Value
    ) throws -> Value {
        try query { try body(Snapshot(db: $0, isCancelled: isCancelled)) }
    }

    /// As ``read(_:)``, for the files under Store/.
    func query<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try pool.read { db in
                do {
                    return try body(db)
                } catch let error as DatabaseError {
                    throw failure(error, "read", db)
                }
            }
        } catch let error as DatabaseError {
            throw failure(error, "read", nil)
        }
    }
}
