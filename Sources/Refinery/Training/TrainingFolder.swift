import Foundation
import TeacherInference

/// The folder in which a training works, beside its output.
struct TrainingFolder {
    /// Its path.
    let path: String

    private let output: String

    /// Makes it where it is not there yet.
    ///
    /// - Throws: ``RefineryError`` where it cannot be made.
    init(output: String) throws {
        var output = output
        while output.count > 1, output.hasSuffix("/") { output.removeLast() }
        self.output = output
        path = output + ".training"
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw RefineryError(
                .output, "cannot make the folder \(path): \(error.localizedDescription)",
                hint: "the reference is trained there; name a folder that can be written")
        }
    }

    /// Tokens of the documents that train.
    var training: String { path + "/slice.tokens" }
    /// Tokens of the documents that are held out.
    var heldOut: String { path + "/held-out.tokens" }
    /// Weights, moments and step.
    var checkpoint: String { path + "/checkpoint" }
    /// Losses, a line each.
    var log: String { path + "/losses.jsonl" }

    private var planPath: String { path + "/plan.json" }

    /// The plan of a training that was begun here; nil for none.
    func plan() throws -> ReferencePlan? {
        guard let bytes = FileManager.default.contents(atPath: planPath) else { return nil }
        do {
            return try JSONDecoder().decode(ReferencePlan.self, from: bytes)
        } catch {
            throw RefineryError(
                .unusable, "cannot read \(planPath): \(error)",
                hint: "delete \(path) and begin again")
        }
    }

    /// Refuses to go on with what was begun by other settings.
    ///
    /// - Throws: ``RefineryError`` naming the first setting that differs.
    func check(_ request: ReferenceRequest) throws {
        guard let plan = try plan() else { return }
        let (before, now) = (plan.request, request)
        func text<Value>(_ value: Value?) -> String { value.map { "\($0)" } ?? "none" }
        let settings: [(name: String, before: String, now: String)] = [
            ("--seed", text(before.seed), text(now.seed)),
            ("--held-out", text(before.heldOut), text(now.heldOut)),
            ("--share", text(before.share), text(now.share)),
            ("--tokens", text(before.tokens), text(now.tokens)),
            ("--epochs", text(before.epochs), text(now.epochs)),
            ("--max-tokens", text(before.maxTokens), text(now.maxTokens)),
            ("--layers", text(before.layers), text(now.layers)),
            ("--width", text(before.width), text(now.width)),
            ("--hours", text(before.hours), text(now.hours)),
        ]
        guard let other = settings.first(where: { $0.before != $0.now }) else { return }
        throw RefineryError(
            .refused,
            "\(path) holds a training that was begun with \(other.name) \(other.before), not "
                + other.now,
            hint: "give the same options to go on, or delete that folder to begin again")
    }

    /// Writes the plan, whole or not at all.
    func write(_ plan: ReferencePlan) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try write(Array(try encoder.encode(plan)) + [0x0A], to: planPath)
    }

    /// Writes a small file, whole or not at all.
    func write(_ bytes: [UInt8], to file: String) throws {
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: file), options: .atomic)
        } catch {
            throw RefineryError(
                .output, "cannot write \(file): \(error.localizedDescription)",
                hint: "make room on its disk; the same command goes on")
        }
    }

    /// Makes the output: fills a folder beside it, gives that the output's name, and deletes this
    /// one.
    func finish(_ fill: (String) throws -> Void) throws {
        let files = FileManager.default
        let partial = path + "/model"
        try? files.removeItem(atPath: partial)
        do {
            try files.createDirectory(atPath: partial, withIntermediateDirectories: false)
        } catch {
            throw RefineryError(
                .output, "cannot make the folder \(partial): \(error.localizedDescription)",
                hint: "make room on its disk; the same command goes on")
        }
        try fill(partial)
        guard rename(partial, output) == 0 else {
            throw RefineryError(
                .output, "cannot name the folder \(output): \(String(cString: strerror(errno)))",
                hint: "the trained model is in \(partial)")
        }
        try? files.removeItem(atPath: path)
    }
}
