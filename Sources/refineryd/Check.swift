import ArgumentParser
import Foundation
import Refinery

/// `refineryd check --store PATH`.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a store that no daemon holds: its file, its references, its counters.",
        discussion: """
            Reads the whole store. SQLite's own check and its check of references find a damaged \
            file, which only a backup mends. What is pending and the counters are computed anew \
            and compared; --repair writes them anew.

            Examples:
              refineryd check --store /var/lib/refinery/refinery.db
              refineryd check --store corpus.db --repair

            Exit codes: 0 nothing is wrong or all was repaired, 1 something is wrong.
            """)

    @Option(help: "The store's database file.")
    var store: String

    @Flag(help: "Write what is pending, and the counters, anew where they are wrong.")
    var repair = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        try await reportingErrors {
            guard FileManager.default.fileExists(atPath: store) else {
                throw RefineryError(.notFound, "there is no store \(store)")
            }
            let lock = try InstanceLock(store: store)
            defer { withExtendedLifetime(lock) {} }
            let threads = BlockingThreads()
            let (path, repairs) = (store, repair)
            let (found, isRepaired) = try await threads.query {
                let store = try Store(path: path)
                let found = try store.check()
                let isRepaired = repairs && found.isWhole && !found.isClean
                if isRepaired { try store.rebuildPending() }
                try store.close()
                return (found, isRepaired)
            }
            if json {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                print(String(decoding: try encoder.encode(found), as: UTF8.self))
            } else {
                for line in found.lines { print(line) }
                if isRepaired { print("pending and counters are written anew") }
            }
            guard found.isClean || isRepaired else { throw ExitCode(1) }
        }
    }
}
