import Foundation

/// The child: runs cases one after the other and says on standard output how each ended, so that
/// the parent knows which one it died of.
struct FuzzWorker {
    let options: FuzzOptions

    /// A misdeed for testing the parent: see ``FuzzOptions``.
    private func misbehave(_ index: Int) {
        guard index % 10 == 7 else { return }
        switch options.provoke {
        case "crash": precondition(index < 0, "provoked")
        case "hang": while true {}
        case "memory": withExtendedLifetime([UInt8](repeating: 1, count: 1 << 28)) {}
        default: break
        }
    }

    /// Runs the cases of the options' range; blocks.
    func run() throws {
        CaseLimits.prepare()
        let cases = FuzzCases(
            try ModelFiles.seeds(below: options.fixtures), only: options.only)
        let limits = CaseLimits(seconds: options.caseSeconds)
        let folder = NSTemporaryDirectory() + "refinery-fuzz-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var daemon: FuzzedDaemon?
        for index in options.range {
            let model = cases.make(seed: options.seed, index: index)
            let path = try model.write(to: folder)
            let request = path.hasSuffix(".http") ? model.files.first?.bytes : nil
            // Before the limits, which it would inherit.
            if request != nil, daemon == nil {
                daemon = try FuzzedDaemon(fixtures: options.fixtures)
            }
            say("start \(index)")
            var outcome = CaseRunner.Outcome()
            let memory = limits.run(size: model.size, memory: options.limitsMemory) {
                misbehave(index)
                if let request, let daemon {
                    outcome = daemon.run(request)
                } else {
                    outcome = CaseRunner.run(
                        path: path, workingMemory: limits.allowance(size: model.size) / 2)
                }
            }
            say(
                "done \(index) \(outcome.tokenizes ? 1 : 0) \(outcome.scores ? 1 : 0) \(memory) \(model.size) "
                    + outcome.fault.split(separator: "\n").joined(separator: " "))
        }
    }

    private func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
