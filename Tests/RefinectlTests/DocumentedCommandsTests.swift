import ArgumentParser
import Foundation
import Testing

@testable import refinectl

/// The commands that pages show, as the command line takes them.
struct DocumentedCommandsTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// README.md and the pages of docs/.
    private static let pages: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root + "/docs")) ?? []
        return ["README.md"] + names.filter { $0.hasSuffix(".md") }.sorted().map { "docs/" + $0 }
    }()

    /// What stands for words of the reader's, so that it is no command yet.
    private static let placeholders = ["…", "[", "SELECTING"]

    /// The commands of refinectl in a page, without its name: indented lines, and cells of a table
    /// of commands.
    private static func commands(_ text: String) -> [[String]] {
        var lines: [String] = []
        for line in text.replacing(/\\\n\s*/, with: "").split(separator: "\n") {
            if line.hasPrefix("    ") {
                lines.append(String(line))
            } else if line.hasPrefix("| ") {
                lines += line.matches(of: /`(refinectl [^`]* [^`]*)`/).map { String($0.1) }
            }
        }
        return lines.filter { line in !placeholders.contains { line.contains($0) } }
            .flatMap { words($0).split(whereSeparator: { $0 == "|" || $0 == ";" }) }
            .filter { $0.first == "refinectl" }
            .map { words in
                Array(words.dropFirst().prefix { !["#", ">", "<", "&&", "2>"].contains($0) })
            }
    }

    /// The words of a line as a shell has them.
    private static func words(_ command: String) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for letter in command {
            if let open = quote {
                if letter == open { quote = nil } else { word?.append(letter) }
            } else if letter == "'" || letter == "\"" {
                quote = letter
                word = word ?? ""
            } else if letter == " " || letter == ";" {
                if let word { words.append(word) }
                if letter == ";" { words.append(";") }
                word = nil
            } else {
                word = (word ?? "") + String(letter)
            }
        }
        if let word { words.append(word) }
        return words
    }

    @Test("every command of refinectl on a page is one that there is", arguments: pages)
    func page(_ name: String) throws {
        let text = try String(contentsOfFile: Self.root + "/" + name, encoding: .utf8)
        let commands = Self.commands(text)
        if name == "README.md" { #expect(commands.count > 15) }
        for command in commands {
            do {
                _ = try Refinectl.parseAsRoot(command)
            } catch {
                let words = command.joined(separator: " ")
                Issue.record("\(name): \(words): \(Refinectl.message(for: error))")
            }
        }
    }
}
