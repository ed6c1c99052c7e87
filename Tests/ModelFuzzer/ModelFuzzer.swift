import Foundation

/// Fuzzing of every reader of model files; see ``FuzzOptions`` and docs/fuzzing.md.
@main
enum ModelFuzzer {
    static func main() throws {
        guard let options = FuzzOptions(Array(CommandLine.arguments.dropFirst())) else {
            FileHandle.standardError.write(Data(FuzzOptions.usage.utf8))
            exit(64)
        }
        guard !options.isWorker else { return try work(options) }
        var run = try FuzzRun(options)
        try run.run()
        print(run.tally.summary(seed: options.seed, first: options.first))
        exit(run.tally.failures.isEmpty ? 0 : 1)
    }

    /// Readers must do with the stack of a thread, which is smaller than the main one's.
    private static func work(_ options: FuzzOptions) throws {
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            do {
                try FuzzWorker(options: options).run()
            } catch {
                FileHandle.standardError.write(Data("\(error)\n".utf8))
                exit(70)
            }
            done.signal()
        }
        thread.stackSize = 1 << 20
        thread.start()
        done.wait()
    }
}
