/// Chunks that both models have read, in chunk order: what a prediction is learnt from.
public struct LearningSet: Sendable {
    /// Numbers that a prediction sees of each chunk.
    public let width: Int
    /// Names of domains, each once, in the order in which they came.
    public private(set) var domainNames: [String] = []
    /// [chunks, width], row after row.
    private(set) var features: [Float] = []
    /// Each chunk's index in ``domainNames``; −1 without a domain.
    private(set) var domains: [Int] = []
    /// The hash of each chunk's text.
    private(set) var chunks: [TextHash] = []
    /// The hash of the text of each chunk's document.
    private(set) var documents: [TextHash] = []
    /// The true difference of each chunk.
    private(set) var differences: [Double] = []
    private var indices: [String: Int] = [:]

    /// No chunks yet.
    public init(width: Int) { self.width = width }

    /// Chunks so far.
    public var count: Int { differences.count }

    /// Adds the next chunk.
    ///
    /// - Parameters:
    ///   - features: of its summary.
    ///   - domain: of its document.
    ///   - chunk: its text.
    ///   - document: of which text it is a piece.
    ///   - difference: log p_teacher − log p_reference, a token or a byte.
    /// - Throws: ``PredictionError`` where it has another number of features or the difference is
    ///   not finite.
    public mutating func append(
        features: [Float], domain: String?, chunk: TextHash, document: TextHash,
        difference: Double
    ) throws(PredictionError) {
        guard features.count == width else {
            throw PredictionError(
                "a chunk's summary has \(features.count) numbers, the first one's \(width)",
                hint: "one reference must have read all chunks in one way")
        }
        guard difference.isFinite else { throw PredictionError("a difference is not finite") }
        self.features += features
        domains.append(domain.map { index(of: $0) } ?? -1)
        chunks.append(chunk)
        documents.append(document)
        differences.append(difference)
    }

    private mutating func index(of domain: String) -> Int {
        if let index = indices[domain] { return index }
        indices[domain] = domainNames.count
        domainNames.append(domain)
        return domainNames.count - 1
    }

    /// The features of chunk `index`.
    func row(_ index: Int) -> ArraySlice<Float> { features[index * width..<(index + 1) * width] }
}
