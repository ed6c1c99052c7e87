import Crypto
import Foundation
import TeacherInference

/// What a first pass over a corpus finds, and the slice that follows from it.
struct SliceSurvey {
    /// What was read.
    let tally: CorpusDocuments.Tally
    /// Bytes of text that a token covers, on a sample of it.
    let bytesPerToken: Double
    /// Bytes of the texts whose places lie in each millionth.
    ///
    /// Documents are of such different lengths that a share of them says little of their bytes.
    private let bytes: [Int64]

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
        var sample = TextSample(bytes: Self.sampleBytes)
        var bytes = [Int64](repeating: 0, count: 1_000_000)
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
            sample.add(document.text, Array(sha256))
            bytes[CorpusSlice.millionth(ofText: sha256, seed: request.seed)] += Int64(
                document.text.count)
        }
        guard tally.documents > 0 else {
            throw RefineryError(.input, "the files hold no document")
        }
        let texts = sample.texts
        let tokens = texts.reduce(0) { sum, text in
            sum + text.withUnsafeBytes { teacher.tokenize($0).ids.count }
        }
        self.bytes = bytes
        bytesPerToken =
            Double(max(1, texts.reduce(0) { $0 + $1.count })) / Double(max(1, tokens))
    }

    /// The slice that a request makes of the corpus.
    ///
    /// - Parameters:
    ///   - request: what is asked for.
    ///   - bytesPerToken: bytes of text that a token covers.
    /// - Returns: The slice.
    /// - Throws: ``RefineryError`` for shares that cannot be.
    func slice(_ request: ReferenceRequest, bytesPerToken: Double) throws -> CorpusSlice {
        let heldOut = try request.heldOut.map { try DecimalFraction($0) } ?? heldOut()
        return try CorpusSlice(
            seed: request.seed, heldOut: heldOut,
            share: request.share.map { try DecimalFraction($0) }
                ?? share(request.tokens, behind: heldOut, bytesPerToken))
    }

    /// A slice that has the tokens which the one before lacked; nil where there is none.
    ///
    /// The sample says too little of texts that differ much; the slice itself says how many bytes its
    /// tokens cover.
    ///
    /// - Parameters:
    ///   - slice: the slice before.
    ///   - tokens: the tokens that train in it.
    ///   - request: what is asked for.
    /// - Returns: The larger slice.
    /// - Throws: ``RefineryError`` for shares that cannot be.
    func larger(
        than slice: CorpusSlice, of tokens: Int64, _ request: ReferenceRequest
    ) throws -> CorpusSlice? {
        let wanted = request.tokens.map { $0 / 10 * 9 } ?? ReferenceSizes.leastTokens
        guard request.share == nil, tokens < wanted else { return nil }
        let first = Self.count(slice.heldOut)
        let own = bytes[first..<min(bytes.count, first + Self.count(slice.share))].reduce(0, +)
        let other = try self.slice(
            request, bytesPerToken: 1.01 * Double(max(1, own)) / Double(max(1, tokens)))
        return Self.count(other.share) > Self.count(slice.share) ? other : nil
    }

    /// The share whose documents judge the model: about 75 of them, where there are so many.
    private func heldOut() throws -> DecimalFraction {
        try Self.millionths(
            max(Self.leastHeldOut, min(0.1, 75 / Double(max(1, tally.documents)))))
    }

    private static func millionths(_ share: Double) throws -> DecimalFraction {
        try DecimalFraction(String(format: "%.6f", (share * 1e6).rounded(.up) / 1e6))
    }

    /// The millionths that a share has, the last one counted whole.
    private static func count(_ share: DecimalFraction) -> Int {
        (share.floorTimes(1_000_000_000) + 999) / 1000
    }

    /// The share behind the held-out one that gives so many tokens, in millionths; without a number
    /// the usual one, or more of a small corpus.
    private func share(
        _ wanted: Int64?, behind heldOut: DecimalFraction, _ bytesPerToken: Double
    ) throws -> DecimalFraction {
        let needed =
            (wanted.map(Double.init) ?? 1.1 * Double(ReferenceSizes.leastTokens)) * bytesPerToken
        let first = Self.count(heldOut)
        let most = min(Int(Self.largestShare * 1e6), bytes.count - first)
        var (sum, count) = (0.0, 0)
        while count < most, sum < needed {
            sum += Double(bytes[first + count])
            count += 1
        }
        let usual = wanted == nil ? Self.usualShare : 0
        return try Self.millionths(max(1e-6, usual, Double(count) / 1e6))
    }
}

/// The different texts with the lowest hashes, up to some bytes: no file of a corpus is preferred.
private struct TextSample {
    private let bytes: Int
    private var found: [(hash: [UInt8], text: [UInt8])] = []
    private var size = 0
    /// Hashes from here on are too high.
    private var bound: [UInt8]?

    init(bytes: Int) {
        self.bytes = bytes
    }

    mutating func add(_ text: [UInt8], _ hash: [UInt8]) {
        if let bound, !hash.lexicographicallyPrecedes(bound) { return }
        found.append((hash, text))
        size += text.count
        if size > 2 * bytes { trim() }
    }

    var texts: [[UInt8]] {
        var sample = self
        sample.trim()
        return sample.found.map(\.text)
    }

    private mutating func trim() {
        found.sort { $0.hash.lexicographicallyPrecedes($1.hash) }
        var kept: [(hash: [UInt8], text: [UInt8])] = []
        size = 0
        for one in found where kept.last?.hash != one.hash {
            guard kept.isEmpty || size < bytes else {
                bound = one.hash
                break
            }
            kept.append(one)
            size += one.text.count
        }
        found = kept
    }
}
