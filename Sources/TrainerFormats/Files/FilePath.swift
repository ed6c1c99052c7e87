import Foundation

/// Parts of a path.
enum FilePath {
    /// The last component.
    static func name(of path: String) -> String { (path as NSString).lastPathComponent }

    /// The number of a shard, from 0, in five digits.
    static func shard(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}
