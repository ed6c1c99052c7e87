import GRDB

extension Store {
    /// Runs `body` on a snapshot, on one of the connections that read.
    ///
    /// There are only so many of them: `body` must not wait for anybody outside this process.
    ///
    /// - Throws: ``RefineryError`` that names the file where the disk is full or fails, or the file is
    ///   damaged or locked; what `body` throws.
    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
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
