import Testing

@testable import ScoringEngines

@Suite struct EngineScheduleTests {
    static let now = ContinuousClock.now

    static func schedule(
        endpoints: Int = 1, requestTokens: Int = 100, tokensInFlight: Int = 250
    ) -> EngineSchedule {
        var options = EnginePoolOptions()
        options.requestTokens = requestTokens
        options.tokensInFlight = tokensInFlight
        return EngineSchedule(endpoints: endpoints, sequencesPerRequest: 3, options: options)
    }

    static func sequences(_ lengths: [Int]) -> [EngineSequence] {
        lengths.enumerated().map {
            EngineSequence(id: Int64($0.offset), tokens: Array(repeating: 1, count: $0.element))
        }
    }

    /// The next request, which must be one.
    static func start(
        _ schedule: inout EngineSchedule, now: EngineSchedule.Instant
    ) throws -> EngineSchedule.Start {
        let start = schedule.start(now: now)
        return try #require(start)
    }

    /// Checks that nothing can be sent now.
    func expectNothing(
        _ schedule: inout EngineSchedule, now: EngineSchedule.Instant = now
    ) {
        let start = schedule.start(now: now)
        #expect(start == nil)
    }

    @Test func longSequencesGoFirstWithinAWindow() {
        var schedule = Self.schedule()
        schedule.add(Self.sequences([10, 90, 50, 40, 5, 5, 5, 5]))
        schedule.add(Self.sequences([99]))
        var lengths: [[Int]] = []
        while let start = schedule.start(now: Self.now) {
            lengths.append(start.request.sequences.map(\.tokens.count))
            schedule.succeeded(start)
        }
        #expect(lengths == [[90], [50, 40, 10], [5, 5, 5], [5], [99]])
        #expect(schedule.isIdle)
    }

    @Test func tokensInFlightAreBoundedAndAreFewestWhereTheNextGoes() throws {
        var schedule = Self.schedule(endpoints: 2)
        schedule.add(Self.sequences([Int](repeating: 100, count: 8)))
        // The first request of each endpoint goes alone, for it begins with a check.
        let first = try Self.start(&schedule, now: Self.now)
        let second = try Self.start(&schedule, now: Self.now)
        #expect(first.isCheck && second.isCheck && first.endpoint != second.endpoint)
        expectNothing(&schedule)
        schedule.succeeded(first)
        let third = try Self.start(&schedule, now: Self.now)
        let fourth = try Self.start(&schedule, now: Self.now)
        #expect(third.endpoint == first.endpoint && fourth.endpoint == first.endpoint)
        expectNothing(&schedule)
        #expect(schedule.endpoints[first.endpoint].tokensInFlight == 200)
        schedule.succeeded(second)
        let fifth = try Self.start(&schedule, now: Self.now)
        #expect(fifth.endpoint == second.endpoint)
    }

    @Test func aSequenceLargerThanTheBoundIsSentAlone() throws {
        var schedule = Self.schedule()
        schedule.add(Self.sequences([1000, 10]))
        let start = try Self.start(&schedule, now: Self.now)
        #expect(start.request.tokens == 1000)
        schedule.succeeded(start)
        let next = try Self.start(&schedule, now: Self.now)
        #expect(next.request.tokens == 10)
    }

    @Test func anEndpointThatFailedIsLeftAloneAndThenChecked() throws {
        var schedule = Self.schedule(endpoints: 2)
        schedule.add(Self.sequences([100, 100, 100]))
        let start = try Self.start(&schedule, now: Self.now)
        let wrong = schedule.failed(start, isWrong: false, now: Self.now) { _ in .seconds(9) }
        #expect(wrong == 0)
        schedule.putBack(start.request)
        let other = try Self.start(&schedule, now: Self.now)
        #expect(other.endpoint != start.endpoint)
        expectNothing(&schedule)
        #expect(schedule.wake == Self.now + .seconds(9))
        let again = try Self.start(&schedule, now: Self.now + .seconds(9))
        #expect(again.endpoint == start.endpoint && again.isCheck)
        expectNothing(&schedule, now: Self.now + .seconds(9))
    }

    @Test func failuresThatHappenTogetherCountAsOne() throws {
        var schedule = Self.schedule()
        schedule.add(Self.sequences([100, 100, 100]))
        let check = try Self.start(&schedule, now: Self.now)
        schedule.succeeded(check)
        let one = try Self.start(&schedule, now: Self.now)
        let other = try Self.start(&schedule, now: Self.now)
        for start in [one, other] {
            let wrong = schedule.failed(start, isWrong: true, now: Self.now) { _ in .seconds(1) }
            #expect(wrong == 1)
        }
    }

    @Test func identityIsAskedForEverySoOften() throws {
        var options = EnginePoolOptions()
        options.checkEvery = 2
        options.requestTokens = 1
        var schedule = EngineSchedule(endpoints: 1, sequencesPerRequest: 1, options: options)
        schedule.add(Self.sequences([1, 1, 1, 1, 1]))
        var checks: [Bool] = []
        while let start = schedule.start(now: Self.now) {
            checks.append(start.isCheck)
            schedule.succeeded(start)
        }
        #expect(checks == [true, false, true, false, true])
    }

    @Test func aRefusalMakesTheNextRequestACheck() throws {
        var schedule = Self.schedule()
        schedule.add(Self.sequences([100, 100, 100]))
        let check = try Self.start(&schedule, now: Self.now)
        schedule.succeeded(check)
        let one = try Self.start(&schedule, now: Self.now)
        #expect(!one.isCheck)
        schedule.refused(one)
        let next = try Self.start(&schedule, now: Self.now)
        #expect(next.isCheck)
    }

    @Test func anEndpointIsWaitedForAsLongAsItsPaceTells() {
        let timing = EngineTiming()
        var pace = EnginePace()
        #expect(pace.timeout(tokens: 2000, timing) == .seconds(50))
        // After each timeout twice as long, since it may be slow and not silent.
        pace.timeouts = 1
        #expect(pace.timeout(tokens: 2000, timing) == .seconds(70))
        pace.timeouts = 60
        #expect(pace.timeout(tokens: 2000, timing) == .seconds(30 + 1280))
        // 40 tokens a second were seen, so 10 are granted.
        pace.answered(tokens: 2000, seconds: 50)
        #expect(pace.timeout(tokens: 2000, timing) == .seconds(230))
        // A small request says nothing, and a fast endpoint is not waited for less than others.
        pace.answered(tokens: 10, seconds: 20)
        #expect(pace.timeout(tokens: 2000, timing) == .seconds(230))
        pace.answered(tokens: 2000, seconds: 0.1)
        #expect(pace.timeout(tokens: 2000, timing) == .seconds(50))
    }

    @Test func pausesDoubleUpToABoundAndFollowRetryAfter() {
        let timing = EngineTiming()
        #expect(timing.pause(failures: 1, retryAfter: nil, jitter: 1) == .milliseconds(500))
        #expect(timing.pause(failures: 3, retryAfter: nil, jitter: 1) == .seconds(2))
        #expect(timing.pause(failures: 3, retryAfter: nil, jitter: 0) == .seconds(1))
        #expect(timing.pause(failures: 99, retryAfter: nil, jitter: 1) == .seconds(60))
        #expect(timing.pause(failures: 1, retryAfter: .seconds(7), jitter: 0) == .seconds(7))
        #expect(timing.pause(failures: 1, retryAfter: .seconds(9999), jitter: 0) == .seconds(600))
    }
}
