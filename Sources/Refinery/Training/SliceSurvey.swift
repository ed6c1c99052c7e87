import Crypto
import Foundation
import TeacherInference

/// What a first pass over a corpus finds, and the slice that follows from it.
struct SliceSurvey {
    /// What was read.
    let tally: CorpusDocuments.Tally
    /// Bytes of text that a token covers, on a sample of it.
    let bytesPerToken: Double

    /// A sample of this size says how many bytes a token covers.
    private static let sampleBytes = 2 << 20
    /// The share that trains where nothing else is said, as in MiniPLM (arXiv 2410.17215).
    private static let usualShare = 0.05
    /// The share that is held out of many documents.
    private static let leastHeldOut = 0.005
    /// The largest share that a small corpus may give.
    private static let largestShare = 0.5

    /// Reads the corpus.
    ///
    /// - Throws: ``RefineryError`` where there is no document or a file is damaged;
    ///   `CancellationError`.
    init(
        _ documents: CorpusDocuments, _ teacher: LanguageModel, _ request: ReferenceRequest,
        isCancelled: () -> Bool, _ told: (TrainingStage.Event) -> Void
    ) throws {
        // Documents in the order of their hashes: no file is preferred.
        var sample: [(hash: [UInt8], text: [UInt8])] = []
        var sampled = 0
        tally = try documents.forEach { event in
            switch event {
            case .read(let bytes): told(.reading(bytes: bytes))
            case .rejected(let reject, let file):
                told(
                    .rejected(
                        "\(file):\(reject.line)  \(reject.reason.rawValue)  \(reject.detail)"))
            }
        } _: { document, sha256 in
            if isCancelled() { throw CancellationError() }
            let hash = Array(sha256)
            guard sampled < Self.sampleBytes || hash.lexicographicallyPrecedes(sample[0].hash)
            else { return }
            let place = sample.firstIndex { $0.hash.lexicographicallyPrecedes(hash) }
            sample.insert((hash, document.text), at: place ?? sample.count)
            sampled += document.text.count
            while sample.count > 1, sampled - sample[0].text.count >= Self.sampleBytes {
                sampled -= sample.removeFirst().text.count
            }
        }
        guard tally.documents > 0 else {
            throw RefineryError(.input, "the files hold no document")
        }
        let tokens = sample.reduce(0) { sum, document in
            sum + document.text.withUnsafeBytes { teacher.tokenize($0).ids.count }
        }
        bytesPerToken = Double(max(1, sampled)) / Double(max(1, tokens))
    }

    /// The slice that a request makes of the corpus.
    ///
    /// - Throws: ``RefineryError`` for shares that cannot be.
    func slice(_ request: ReferenceRequest) throws -> CorpusSlice {
        try CorpusSlice(
            seed: request.seed,
            heldOut: request.heldOut.map { try DecimalFraction($0) } ?? heldOut(),
            share: request.share.map { try DecimalFraction($0) } ?? share(request.tokens))
    }

    /// The share whose documents judge the model: about 75 of them, where there are so many.
    private func heldOut() throws -> DecimalFraction {
        try Self.millionths(
            max(Self.leastHeldOut, min(0.1, 75 / Double(max(1, tally.documents)))))
    }

    private static func millionths(_ share: Double) throws -> DecimalFraction {
        try DecimalFraction(String(format: "%.6f", (share * 1e6).rounded(.up) / 1e6))
    }

    /// The share that gives so many tokens, in millionths; without a number the usual one, or more
    /// of a small corpus.
    private func share(_ wanted: Int64?) throws -> DecimalFraction {
        let tokens = Double(tally.textBytes) / bytesPerToken
        let least = Double(ReferenceSizes.leastTokens)
        let share =
            wanted.map { Double($0) / tokens }
            ?? max(Self.usualShare, 1.1 * least / max(tokens, 1))
        return try Self.millionths(min(max(share, 0.000_001), Self.largestShare))
    }
}
