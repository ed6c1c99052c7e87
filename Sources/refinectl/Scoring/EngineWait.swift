import Foundation
import Refinery

/// Waits for engines that are not there yet, and says so.
enum EngineWait {
    /// Runs `body` until no engine is away; blocks.
    ///
    /// - Throws: what `body` throws but for an engine's absence.
    static func run<Value>(_ body: () throws -> Value) throws -> Value {
        var said: String?
        while true {
            do {
                return try body()
            } catch let error as RefineryError where error.kind == .engineAway {
                if said != error.message {
                    StandardOutput.writeError(
                        NumberText.printable("waiting for an engine: \(error.message)") + "\n")
                    said = error.message
                }
                Thread.sleep(forTimeInterval: 2)
            }
        }
    }
}
