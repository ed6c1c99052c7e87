import Foundation
import ReferenceTraining

/// What a reference's folder says of its training: `training.json`.
public struct ReferenceRecord: Codable, Sendable, Equatable {
    /// The held-out loss after so many steps.
    public struct Evaluation: Codable, Sendable, Equatable {
        /// Steps done.
        public var step: Int
        /// Mean of −ln p(token), nats.
        public var loss: Double
    }

    /// The version that trained it.
    public var version: String
    /// What was decided before the first step.
    public var plan: ReferencePlan
    /// The documents that it was trained on, as selections read it.
    public var slice: CorpusSlice
    /// Predicted tokens of all steps.
    public var tokens: Int64
    /// Mean loss of the last steps on the slice, nats a token.
    public var loss: Double
    /// The held-out losses, in order.
    public var heldOut: [Evaluation]
    /// Whether the model beats the interpolated 3-gram of its slice on what was held out.
    public var beatsTrigram: Bool { (heldOut.last?.loss ?? .infinity) < plan.trigramLoss }
    /// What is noteworthy, each with what to do.
    public var warnings: [String]

    private enum CodingKeys: String, CodingKey {
        case version, plan, slice, tokens, loss, warnings
        case heldOut = "held_out"
    }

    static let fileName = TrainingRecordFile.name

    /// Reads a folder's record.
    ///
    /// - Parameter folder: the model's folder.
    /// - Returns: The record; nil where the path is no folder or has none.
    /// - Throws: ``RefineryError`` for a record that cannot be read.
    public static func read(folder: String) throws -> ReferenceRecord? {
        try TrainingRecordFile.read(ReferenceRecord.self, folder: folder)
    }

    /// The record as indented JSON with sorted keys and a newline at the end.
    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [0x0A]
    }
}
