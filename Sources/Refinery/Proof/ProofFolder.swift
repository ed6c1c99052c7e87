import Foundation

/// The folder of a proof: its plan, what its students did, and the page.
final class ProofFolder {
    /// Its path.
    var path: String { folder.path }

    private let folder: WorkFolder

    /// Makes it where it is not there yet, and keeps other processes out while it lives.
    ///
    /// - Throws: ``RefineryError`` where it cannot be made, or another process works there.
    init(path: String) throws {
        folder = try WorkFolder(path: path, work: "proof")
        do {
            try FileManager.default.createDirectory(
                atPath: path + "/students", withIntermediateDirectories: true)
        } catch {
            throw RefineryError(
                .output, "cannot make \(path)/students: \(error.localizedDescription)",
                hint: "make room on its disk; the same command goes on")
        }
    }

    /// Tokens of the judging documents.
    var target: String { path + "/target.tokens" }

    /// Tokens of one arm's draw.
    func tokens(_ arm: ProofArm, _ seed: Int) -> String {
        path + "/\(arm.rawValue)\(arm.drawsBySeed ? "-\(seed)" : "").tokens"
    }

    /// Weights, moments and step of a student.
    func checkpoint(_ arm: ProofArm, _ seed: Int) -> String {
        path + "/students/\(arm.rawValue)-\(seed).checkpoint"
    }

    private var planPath: String { path + "/plan.json" }
    private var recordPath: String { path + "/proof.json" }

    private func studentPath(_ arm: ProofArm, _ seed: Int) -> String {
        path + "/students/\(arm.rawValue)-\(seed).json"
    }

    /// The plan of a proof that was begun here, checked against what is asked for now; nil for none.
    ///
    /// - Throws: ``RefineryError`` where it was begun by other settings.
    func plan(_ request: ProofRequest) throws -> ProofPlan? {
        guard var plan = try folder.read(ProofPlan.self, from: planPath) else { return nil }
        let (before, now) = (plan.request, request)
        func text<Value>(_ value: Value?) -> String { value.map { "\($0)" } ?? "none" }
        func list(_ names: [String]) -> String {
            names.isEmpty ? "none" : names.joined(separator: ",")
        }
        try folder.check([
            ("--selection", before.selection, now.selection),
            ("--beside", text(before.beside), text(now.beside)),
            ("--judge-domains", list(before.judgeDomains), list(now.judgeDomains)),
            ("--target", text(before.hasTarget), text(now.hasTarget)),
            ("--text-field", before.textField, now.textField),
            ("--domain-field", before.domainField, now.domainField),
            ("--seeds", text(before.seeds), text(now.seeds)),
            ("--epochs", text(before.epochs), text(now.epochs)),
            ("--layers", text(before.layers), text(now.layers)),
            ("--width", text(before.width), text(now.width)),
        ])
        // How much is trained, and who asked for it, may change.
        (plan.request.isBrief, plan.request.anyway) = (now.isBrief, now.anyway)
        return plan
    }

    /// Deletes a new folder where `body` throws before there is a plan to go on by.
    func removingUnlessPlanned(_ body: () throws -> ProofPlan) throws -> ProofPlan {
        try folder.removing(unless: planPath, body)
    }

    /// Writes the plan, whole or not at all.
    func write(_ plan: ProofPlan) throws { try folder.write(plan, to: planPath) }

    /// What a student did so far; nil where it has not begun.
    func student(_ arm: ProofArm, _ seed: Int) throws -> ProofStudent? {
        try folder.read(ProofStudent.self, from: studentPath(arm, seed))
    }

    /// Writes what a student did so far, whole or not at all.
    func write(_ student: ProofStudent) throws {
        try folder.write(student, to: studentPath(student.arm, student.seed))
    }

    /// Writes what came of it, whole or not at all, and the page.
    func write(_ record: ProofRecord) throws {
        try folder.write(record, to: recordPath)
        try folder.write(bytes: ProofPage.render(record), to: path + "/proof.html")
    }

    /// Deletes a file that is of no more use.
    func delete(_ file: String) { try? FileManager.default.removeItem(atPath: file) }
}
