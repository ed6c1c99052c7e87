import Testing

@testable import refineryd

/// Connections without end keep nobody out.
struct ConnectionsTests {
    @Test func `what waits for its client makes room, idle ones first, and work is never cut`()
        throws
    {
        var limits = Connections.Limits()
        (limits.total, limits.perUser, limits.leastSeconds) = (4, 3, 0)
        let connections = Connections(limits)
        func connection(_ user: UInt32) -> (Connection, EmbeddedEnd) {
            let end = EmbeddedEnd()
            return (Connection(user: user) { end.cut() }, end)
        }
        let (busy, busyEnd) = connection(1)
        busy.requestBegins()
        busy.requestIsWhole()
        let (stalled, stalledEnd) = connection(1)
        stalled.requestBegins()
        stalled.want(true)
        let (idle, idleEnd) = connection(1)
        for each in [busy, stalled, idle] { #expect(connections.enter(each)) }

        // One user's limit: the idle one goes, then the one that sends nothing.
        let (second, secondEnd) = connection(1)
        second.requestBegins()
        second.requestIsWhole()
        #expect(connections.enter(second))
        #expect(idleEnd.isCut && !stalledEnd.isCut)
        let (third, _) = connection(1)
        third.requestBegins()
        third.requestIsWhole()
        #expect(connections.enter(third))
        #expect(stalledEnd.isCut && !busyEnd.isCut && !secondEnd.isCut)

        // All of that user's are at work: the next has to wait, another user's has not.
        #expect(!connections.enter(connection(1).0))
        let (other, otherEnd) = connection(2)
        #expect(connections.enter(other))
        // The limit of all: the other's idle one makes room.
        #expect(connections.enter(connection(3).0))
        #expect(otherEnd.isCut)
        connections.leave(third)
        #expect(connections.enter(connection(1).0))
    }

    /// Whether a connection was cut.
    private final class EmbeddedEnd: @unchecked Sendable {
        // SAFETY (Sendable): one thread uses it.
        private(set) var isCut = false
        func cut() { isCut = true }
    }

    @Test func `an answer that nobody takes is a stalled client's, and a whole request is work`() {
        let connection = Connection(user: nil) {}
        #expect(connection.phase.phase == .idle)
        connection.requestBegins()
        #expect(connection.phase.phase == .busy)
        connection.want(true)
        #expect(connection.phase.phase == .stalled)
        connection.requestIsWhole()
        #expect(connection.phase.phase == .busy)
        connection.answerIsSent()
        #expect(connection.phase.phase == .stalled)
        connection.answerIsTaken()
        #expect(connection.phase.phase == .busy)
        #expect(connection.requestEnds() == false)
        #expect(connection.phase.phase == .idle)
    }
}
