import Foundation
import TeacherInference

/// The folder in which a training works, beside its output; one process at a time.
final class TrainingFolder {
    /// Its path.
    var path: String { folder.path }

    private let folder: WorkFolder
    private let output: String

    /// Makes it where it is not there yet, and keeps other processes out while it lives.
    ///
    /// - Throws: ``RefineryError`` where it cannot be made, or another process trains there.
    init(output: String) throws {
        var output = output
        while output.count > 1, output.hasSuffix("/") { output.removeLast() }
        self.output = output
        folder = try WorkFolder(path: output + ".training", work: "training")
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
        try folder.read(ReferencePlan.self, from: planPath)
    }

    /// Refuses to go on with what was begun by other settings, or on other files.
    ///
    /// - Throws: ``RefineryError`` naming the first setting or file that differs.
    func check(_ request: ReferenceRequest, _ documents: CorpusDocuments) throws {
        guard let plan = try plan() else { return }
        if let change = documents.changed(since: plan.corpus.files) {
            throw RefineryError(
                .refused, "\(path) holds a training on other files: \(change)",
                hint: "bring those files back to go on, or delete that folder to begin again")
        }
        let (before, now) = (plan.request, request)
        func text<Value>(_ value: Value?) -> String { value.map { "\($0)" } ?? "none" }
        try folder.check([
            ("--text-field", before.textField, now.textField),
            ("--seed", text(before.seed), text(now.seed)),
            ("--held-out", text(before.heldOut), text(now.heldOut)),
            ("--share", text(before.share), text(now.share)),
            ("--tokens", text(before.tokens), text(now.tokens)),
            ("--epochs", text(before.epochs), text(now.epochs)),
            ("--max-tokens", text(before.maxTokens), text(now.maxTokens)),
            ("--layers", text(before.layers), text(now.layers)),
            ("--width", text(before.width), text(now.width)),
            ("--hours", text(before.hours), text(now.hours)),
        ])
    }

    /// Writes the plan, whole or not at all.
    func write(_ plan: ReferencePlan) throws { try folder.write(plan, to: planPath) }

    /// Writes a small file, whole or not at all.
    func write(_ bytes: [UInt8], to file: String) throws {
        try folder.write(bytes: bytes, to: file)
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
        // Without its plan the folder is no training that could go on.
        try? files.removeItem(atPath: planPath)
        try? files.removeItem(atPath: path)
    }

    /// Deletes a new folder where `body` throws before there is a plan to go on by.
    func removingUnlessPlanned(_ body: () throws -> ReferencePlan) throws -> ReferencePlan {
        try folder.removing(unless: planPath, body)
    }

    /// Checks, before hours go by, that the teacher's tokenizer can be written.
    ///
    /// - Throws: ``ModelError`` where it cannot.
    func checkTokenizer(of model: String, pre: String?) throws {
        let trial = path + "/tokenizer"
        try? FileManager.default.createDirectory(
            atPath: trial, withIntermediateDirectories: false)
        try TokenizerFolder.write(of: model, pre: pre, to: trial)
    }
}
