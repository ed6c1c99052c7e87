import ArgumentParser
import Foundation
import Refinery

/// Completes names that the daemon knows; nothing where none answers at once.
enum NameCompletion {
    /// The selections.
    static let selections = CompletionKind.custom { words, _, _ in
        await names(words) { try await $0.send(API.selections).map(\.name) }
    }

    /// The corpora.
    static let corpora = CompletionKind.custom { words, _, _ in
        await names(words) { try await $0.send(API.corpora).map(\.name) }
    }

    /// The columns, imported ones included.
    static let columns = CompletionKind.custom { words, _, _ in
        Column.scored.map(\.name) + (await importedNames(words))
    }

    /// The imported columns.
    static let imported = CompletionKind.custom { words, _, _ in await importedNames(words) }

    private static func importedNames(_ words: [String]) async -> [String] {
        await names(words) { try await $0.send(API.columns).map(\.name) }
    }

    /// Seconds that a shell waits for the daemon.
    private static let patience = Duration.seconds(1)

    private static func names(
        _ words: [String], _ ask: @escaping @Sendable (Client) async throws -> [String]
    ) async -> [String] {
        // The line may name another socket.
        let socket = words.firstIndex(of: "--socket").flatMap { place in
            words.indices.contains(place + 1) ? words[place + 1] : nil
        }
        var daemon = DaemonOptions()
        daemon.socket = socket
        let client = daemon.client
        let found = await withTaskGroup(of: [String].self) { group in
            group.addTask { (try? await ask(client)) ?? [] }
            group.addTask {
                try? await Task.sleep(for: patience)
                return []
            }
            defer { group.cancelAll() }
            return await group.next() ?? []
        }
        // What a shell would take apart is not offered.
        return found.filter {
            $0.utf8.allSatisfy {
                $0 > 0x20 && $0 < 0x7F && !"\"'\\$`;&|<>()*?![]{}~#:".utf8.contains($0)
            }
        }
    }
}
