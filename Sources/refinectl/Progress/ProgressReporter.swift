import Dispatch
import Synchronization

/// Shows progress on stderr: one line redrawn on a terminal, lines at growing intervals elsewhere.
final class ProgressReporter: Sendable {
    private struct State {
        var schedule = ProgressSchedule()
        var pace = ProgressPace()
        var drawn = false
        var lastDraw = -1.0
        var last: ProgressSnapshot?
        var lastWritten: ProgressSnapshot?
    }

    private let terminal: Terminal
    private let isQuiet: Bool
    private let silence: Double
    private let start = DispatchTime.now().uptimeNanoseconds
    private let state = Mutex(State())

    /// Seconds of work that is short as a rule and of which nothing is shown before.
    static let patience = 5.0

    /// A reporter to stderr.
    ///
    /// - Parameters:
    ///   - terminal: what stderr is.
    ///   - isQuiet: shows nothing but notes.
    ///   - silence: seconds in which nothing is shown: work that has ended by then needs no word.
    init(
        terminal: Terminal = .standardError, isQuiet: Bool = false, after silence: Double = 0
    ) {
        self.terminal = terminal
        self.isQuiet = isQuiet
        self.silence = silence
    }

    /// Shows how far the work is; cheap to call often.
    func update(_ snapshot: ProgressSnapshot) {
        guard !isQuiet else { return }
        let now = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        state.withLock { state in
            let paced = state.pace.paced(snapshot, at: now)
            guard now >= silence else { return }
            let isNewStage = state.last?.stage != paced.stage
            state.last = paced
            if terminal.redraws {
                guard isNewStage || now - state.lastDraw >= 0.1 else { return }
                if isNewStage, state.drawn { StandardOutput.writeError("\n") }
                draw(paced, &state, now)
            } else if state.schedule.isDue(stage: paced.stage, at: now) {
                state.lastWritten = paced
                StandardOutput.writeError(ProgressLine.plain(paced) + "\n")
            }
        }
    }

    /// Prints a line of words above the progress.
    func note(_ text: String) {
        state.withLock { state in
            if state.drawn { StandardOutput.writeError("\r\u{1B}[K") }
            StandardOutput.writeError(text + "\n")
            state.drawn = false
            if terminal.redraws, !isQuiet, let last = state.last {
                draw(last, &state, state.lastDraw)
            }
        }
    }

    /// Leaves the last state standing and ends its line.
    func finish() {
        state.withLock { state in
            if !isQuiet, let last = state.last {
                if terminal.redraws {
                    draw(last, &state, state.lastDraw)
                    StandardOutput.writeError("\n")
                } else if last != state.lastWritten {
                    StandardOutput.writeError(ProgressLine.plain(last) + "\n")
                }
            }
            state = State()
        }
    }

    private func draw(_ snapshot: ProgressSnapshot, _ state: inout State, _ now: Double) {
        let line = ProgressLine.terminal(
            snapshot, width: Terminal.width(), color: terminal.color)
        StandardOutput.writeError("\r" + line + "\u{1B}[K")
        state.drawn = true
        state.lastDraw = now
    }
}
