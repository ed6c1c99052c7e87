import Foundation
import Refinery

/// Says that an engine is not there yet, and waits for a while: longer each time.
struct EngineWait {
    private var said: RefineryError?
    private var seconds = 2.0

    /// Blocks until the engine is to be asked again, or `isStopped`.
    mutating func wait(_ error: RefineryError, isStopped: () -> Bool = { false }) {
        if said != error {
            StandardOutput.writeError(
                NumberText.printable("waiting for an engine: \(error.reason)") + "\n")
            said = error
        }
        let end = ContinuousClock.now + .seconds(seconds * Double.random(in: 0.75...1))
        while ContinuousClock.now < end, !isStopped() { Thread.sleep(forTimeInterval: 0.1) }
        seconds = min(2 * seconds, 30)
    }
}
