import Crypto
import Foundation
import ReferenceTraining
import TeacherInference

/// The documents that judge the students, and where their tokens lie in the file of sequences.
public struct ProofTarget: Codable, Sendable, Equatable {
    /// One judging document.
    public struct Document: Codable, Sendable, Equatable {
        /// Its domain; nil for none.
        public var domain: String?
        /// Bytes that the predicted tokens cover.
        public var bytes: Int
        /// Sequences of it in the file.
        public var sequences: Int
    }

    /// What the documents are, in words.
    public var words: String
    /// The documents, in the order of the files.
    public var documents: [Document] = []
    /// Predicted tokens of all sequences.
    public var tokens = 0
    /// Documents that were passed over, since an arm could have them, too.
    public var inCorpus = 0

    private enum CodingKeys: String, CodingKey {
        case words, documents, tokens
        case inCorpus = "in_corpus"
    }

    /// Fewer documents judge nothing.
    public static let leastDocuments = 50
    /// Tokens of a piece at most, and pieces of a document: a large one does not outweigh the rest.
    private static let (pieceTokens, mostPieces) = (512, 3)

    /// Bytes of each document.
    var bytes: [Double] { documents.map { Double($0.bytes) } }

    /// An empty target.
    init(words: String) {
        self.words = words
    }

    /// What a pass over documents hands over: a document and the SHA-256 of its text.
    typealias Body = (ImportedDocument, SHA256Digest) throws -> Void

    /// Gathers documents and writes up to three pieces of each, evenly spread, as token sequences.
    struct Gathering: ~Copyable {
        private var target: ProofTarget
        private let teacher: LanguageModel
        private let chunker: Chunker
        private var file: TokenSequencesWriter
        private var seen: Set<SHA256Digest> = []

        /// Begins the file of sequences.
        ///
        /// - Parameters:
        ///   - words: what the documents are, in words.
        ///   - teacher: has the tokenizer.
        ///   - path: the file.
        /// - Throws: `TrainingError` where it cannot be made.
        init(words: String, teacher: LanguageModel, path: String) throws {
            target = ProofTarget(words: words)
            self.teacher = teacher
            chunker = Chunker(tokenizer: teacher.tokenizer, maxTokens: pieceTokens)
            file = try TokenSequencesWriter(
                path: path, vocabulary: teacher.tokenizer.vocabularySize)
        }

        /// Takes a document, each text once.
        ///
        /// - Parameters:
        ///   - document: the document.
        ///   - sha256: SHA-256 of its text.
        ///   - isWanted: whether it judges; nil: it would, but the corpus has the same text.
        /// - Throws: `TrainingError` where the disk takes no more.
        mutating func add(
            _ document: ImportedDocument, _ sha256: SHA256Digest, isWanted: Bool?
        ) throws {
            guard let isWanted else {
                target.inCorpus += 1
                return
            }
            guard isWanted, seen.insert(sha256).inserted else { return }
            let context = teacher.contextToken.map { [$0] } ?? []
            let pieces = chunker.cut(document.text)
            let count = min(pieces.count, mostPieces)
            var found = Document(
                domain: document.domain.map { String(decoding: $0, as: UTF8.self) }, bytes: 0,
                sequences: 0)
            for place in 0..<count {
                let piece = pieces[(2 * place + 1) * pieces.count / (2 * count)]
                let (ids, bytes) = document.text[piece.range].withUnsafeBytes {
                    teacher.tokenize($0)
                }
                guard context.count + ids.count >= 2 else { continue }
                try file.append(context + ids)
                found.bytes += bytes
                found.sequences += 1
                target.tokens += context.count + ids.count - 1
            }
            if found.sequences > 0 { target.documents.append(found) }
        }

        /// Ends the file.
        consuming func finish() throws -> ProofTarget {
            let target = target
            try file.finish()
            return target
        }
    }

    /// Adds up what its sequences cost, for each document.
    ///
    /// - Parameter losses: Σ NLL of each sequence of the file, nats.
    /// - Returns: Σ NLL of each document, nats.
    func perDocument(_ losses: [Double]) -> [Double] {
        var place = 0
        return documents.map { document in
            defer { place += document.sequences }
            return losses[place..<place + document.sequences].reduce(0, +)
        }
    }

    /// Bits a byte of all documents together.
    func bitsPerByte(_ nll: [Double]) -> Double {
        nll.reduce(0, +) / M_LN2 / Double(max(1, documents.reduce(0) { $0 + $1.bytes }))
    }
}
