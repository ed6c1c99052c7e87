import ArgumentParser
import Foundation
import Refinery

/// The first command or option of a command line that there is not.
///
/// The parser checks values before it looks for names that nobody took, so that of `export --rato
/// 0.5` it says that the size is missing.
struct Misspelling: Equatable {
    /// What was written: `export --rato`.
    var found: String
    /// `command` or `option`.
    var kind: String
    /// The name that may have been meant.
    var meant: String?

    /// Finds it; nil where every name is known.
    static func find(in arguments: [String]) -> Misspelling? {
        var words = arguments.prefix { $0 != "--" }[...]
        var command: any ParsableCommand.Type = Refinectl.self
        while !command.configuration.subcommands.isEmpty {
            // Options that stand before a command's name: --socket PATH.
            while let word = words.first, word.hasPrefix("-") {
                words.removeFirst()
                if word == "--socket" { words = words.dropFirst() }
            }
            guard let word = words.popFirst() else { break }
            let commands = command.configuration.subcommands
            if let next = commands.first(where: { $0._commandName == word }) {
                command = next
            } else if command.configuration.defaultSubcommand == nil, word != "help" {
                return Misspelling(
                    found: word, kind: "command",
                    meant: NearestName.of(word, among: commands.map { $0._commandName }))
            } else {
                break
            }
        }
        let help = Refinectl.helpMessage(for: command, includeHidden: true, columns: 10_000)
        let known = help.matches(of: /--[a-z0-9][a-z0-9-]*/).map { String($0.output) }
        for word in words where word.hasPrefix("--") {
            let name = String(word.prefix { $0 != "=" })
            guard !known.contains(name) else { continue }
            return Misspelling(
                found: name, kind: "option", meant: NearestName.of(name, among: known))
        }
        return nil
    }

    /// `there is no option --rato`, and which may have been meant.
    var failure: Failure {
        .usage(
            "there is no \(kind) \(NumberText.printable(found))",
            hint: meant.map { "did you mean \($0)?" }
                ?? "`refinectl --help` lists the commands, `refinectl COMMAND --help` the options")
    }
}
