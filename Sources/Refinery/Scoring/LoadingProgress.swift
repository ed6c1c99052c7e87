/// How far the fingerprint of a model that is being loaded is.
public struct LoadingProgress: Codable, Sendable, Equatable {
    /// The model's role.
    public var role: ModelRole
    /// Bytes of its weights that were read.
    public var done: Int64
    /// Bytes of its weights.
    public var total: Int64

    /// Of a model's weights so many bytes are read.
    public init(role: ModelRole, done: Int64, total: Int64) {
        (self.role, self.done, self.total) = (role, done, total)
    }
}
