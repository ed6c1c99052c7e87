import ArgumentParser
import Refinery

/// A store that is worked on without a daemon.
struct StoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Work on this store, which no daemon holds, such as one that `refine --store` left.",
            valueName: "path"))
    var store: String?

    /// Refuses no name.
    func validate() throws {
        guard store?.isEmpty != true else { throw ValidationError("--store must not be empty") }
    }

    /// A client of the store, or else of the daemon.
    func client(_ daemon: DaemonOptions) -> Client {
        store.map { Client(store: $0) } ?? daemon.client
    }
}
