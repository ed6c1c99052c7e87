import Refinery
import Synchronization

/// Lines on their way to a terminal, which what a corpus's names hold must not steer.
final class TerminalLines: Sendable {
    private let line = Mutex([UInt8]())

    /// Prints the lines that these bytes complete, made safe; keeps the rest for the next call.
    func write(_ bytes: [UInt8]) {
        line.withLock { line in
            line += bytes
            guard let end = line.lastIndex(of: UInt8(ascii: "\n")) else { return }
            let text = String(decoding: line[..<end], as: UTF8.self)
            StandardOutput.write(NumberText.printableLines(text) + "\n")
            line.removeSubrange(...end)
        }
    }
}
