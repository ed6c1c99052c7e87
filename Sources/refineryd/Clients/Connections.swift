import NIOCore
import Synchronization

/// The connections that are open, and how many there may be.
///
/// What waits for its client makes room for who comes: the limit keeps nobody out who asks for
/// something as long as others do not. The requests that the daemon works on are bounded by the
/// threads and their queue, below the limits here, so there is always room for `status`.
final class Connections: Sendable {
    /// How many connections there may be, and how long they are waited for.
    struct Limits: Sendable {
        /// In all.
        var total = 256
        /// Of one user.
        var perUser = 192
        /// Seconds until a connection without a request is closed.
        var idleSeconds = 60.0
        /// Seconds until one whose client sends or takes nothing in the midst of one is closed.
        var stalledSeconds = 600.0
        /// Seconds that a client has at least, however many others come.
        var leastSeconds = 1.0
    }

    /// The limits.
    let limits: Limits
    private let open = Mutex<[ObjectIdentifier: Connection]>([:])

    /// No connection is open.
    init(_ limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Enters a connection, for which others may be cut; false where it has to be refused.
    func enter(_ connection: Connection) -> Bool {
        let (isLetIn, victim) = open.withLock { open -> (Bool, Connection?) in
            let same = open.values.filter { $0.user == connection.user }
            var victim: Connection?
            if same.count >= limits.perUser || open.count >= limits.total {
                let among = same.count >= limits.perUser ? same : Array(open.values)
                guard let found = longestWaiting(among) else { return (false, nil) }
                open[ObjectIdentifier(found)] = nil
                victim = found
            }
            open[ObjectIdentifier(connection)] = connection
            return (true, victim)
        }
        victim?.cut()
        return isLetIn
    }

    /// A connection is closed.
    func leave(_ connection: Connection) {
        open.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(connection)) }
    }

    /// Whether a connection's client was waited for too long.
    func isOverdue(_ connection: Connection) -> Bool {
        let (phase, since) = connection.phase
        let limit: Double
        switch phase {
        case .busy: return false
        case .idle: limit = limits.idleSeconds
        case .stalled: limit = limits.stalledSeconds
        }
        return seconds(since) > limit
    }

    /// The one that has done nothing for the longest time: idle ones first.
    private func longestWaiting(_ connections: [Connection]) -> Connection? {
        let waiting = connections.map { ($0, $0.phase) }.filter {
            $0.1.phase != .busy && seconds($0.1.since) >= limits.leastSeconds
        }
        let idle = waiting.filter { $0.1.phase == .idle }
        return (idle.isEmpty ? waiting : idle).min { $0.1.since < $1.1.since }?.0
    }

    private func seconds(_ since: NIODeadline) -> Double {
        Double((NIODeadline.now() - since).nanoseconds) / 1e9
    }
}
