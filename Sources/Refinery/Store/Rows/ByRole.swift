/// One value for each role of difference scoring.
public struct ByRole<Value> {
    /// The teacher's.
    public var teacher: Value
    /// The reference's.
    public var reference: Value

    /// Two values.
    public init(teacher: Value, reference: Value) {
        self.teacher = teacher
        self.reference = reference
    }

    /// The value of a role.
    public subscript(role: ModelRole) -> Value {
        get { role == .teacher ? teacher : reference }
        set {
            switch role {
            case .teacher: teacher = newValue
            case .reference: reference = newValue
            }
        }
    }

    /// Both, the teacher's first.
    public var both: [Value] { [teacher, reference] }

    /// Both with their roles, the teacher's first.
    public var roles: [(role: ModelRole, value: Value)] {
        [(.teacher, teacher), (.reference, reference)]
    }
}

extension ByRole: Sendable where Value: Sendable {}
extension ByRole: Equatable where Value: Equatable {}
extension ByRole: Encodable where Value: Encodable {}
extension ByRole: Decodable where Value: Decodable {}

/// A number for each role.
public typealias RoleCounts = ByRole<Int64>

extension ByRole<Int64> {
    /// Two zeros.
    public init() {
        self.init(teacher: 0, reference: 0)
    }

    /// Both together.
    public var sum: Int64 { teacher + reference }

    /// Two counts, role by role.
    static func + (one: Self, other: Self) -> Self {
        Self(teacher: one.teacher + other.teacher, reference: one.reference + other.reference)
    }
}
