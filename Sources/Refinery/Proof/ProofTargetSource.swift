import Crypto
import Foundation
import TeacherInference

/// Finds the documents that judge: the user's own files, or what the reference's slice holds out.
struct ProofTargetSource {
    private let store: Store
    private let selection: SelectionSummary
    private let teacher: LanguageModel
    private let request: ProofRequest
    private let isCancelled: () -> Bool

    /// A source for the proof of a selection.
    init(
        _ store: Store, _ selection: SelectionSummary, teacher: LanguageModel,
        request: ProofRequest, isCancelled: @escaping () -> Bool
    ) {
        self.store = store
        self.selection = selection
        self.teacher = teacher
        self.request = request
        self.isCancelled = isCancelled
    }

    /// Gathers them and writes their tokens.
    ///
    /// - Parameters:
    ///   - corpus: the files of the target, or of the corpus; nil: the store's documents.
    ///   - path: the file of sequences.
    /// - Returns: What judges, and the files that it came from; none: the store.
    /// - Throws: ``RefineryError`` where nothing is held out; what reading throws.
    func target(
        _ corpus: CorpusDocuments?, writing path: String
    ) throws -> (ProofTarget, [CorpusDocuments.File]) {
        if request.hasTarget, let corpus {
            let known = try textsInStore(of: corpus)
            return try target("files of the user's", corpus.forEach, path) { _, sha256 in
                known.contains(sha256) ? nil : true
            }
        }
        guard let slice = selection.rule.slice else {
            throw RefineryError(
                .refused,
                "\"\(selection.name)\" holds no documents out: its reference says no slice, was "
                    + "trained on more than a fifth of the corpus, or --keep-slice was given",
                hint: "judge by files of your own with --target FILE")
        }
        let wanted = Set(request.judgeDomains)
        var heldOut: Set<String> = []
        let words =
            "held-out documents"
            + (wanted.isEmpty
                ? " of every domain"
                : " of " + request.judgeDomains.joined(separator: ", "))
        let found = try target(words, corpus.map { $0.forEach } ?? storedDocuments, path) {
            document, sha256 in
            guard slice.part(ofText: sha256) == .heldOut else { return false }
            let domain = document.domain.map { String(decoding: $0, as: UTF8.self) }
            if let domain { heldOut.insert(domain) }
            return wanted.isEmpty || domain.map(wanted.contains) == true
        }
        // A verdict says which domains it rests on.
        if let missing = wanted.subtracting(heldOut).min() {
            throw Self.noDocument(of: missing, heldOut)
        }
        return found
    }

    /// A domain that is to judge has no document that is held out.
    private static func noDocument(of domain: String, _ heldOut: Set<String>) -> RefineryError {
        let names = heldOut.sorted()
        let near = NearestName.of(domain, among: names)
        return RefineryError(
            .refused, "no held-out document has the domain \"\(domain)\"",
            hint: near.map { "did you mean \"\($0)\"?" }
                ?? (names.isEmpty
                    ? "give the whole corpus, whose held-out documents are more"
                    : "held-out documents have the domains "
                        + names.prefix(20).joined(separator: ", ")))
    }

    private func target(
        _ words: String,
        _ documents: ((CorpusDocuments.Event) -> Void, ProofTarget.Body) throws
            -> CorpusDocuments.Tally,
        _ path: String, isWanted: @escaping (ImportedDocument, SHA256Digest) -> Bool?
    ) throws -> (ProofTarget, [CorpusDocuments.File]) {
        var gathering = try ProofTarget.Gathering(words: words, teacher: teacher, path: path)
        let tally = try documents({ _ in }) { document, sha256 in
            if isCancelled() { throw CancellationError() }
            try gathering.add(document, sha256, isWanted: isWanted(document, sha256))
        }
        return (try gathering.finish(), tally.files)
    }

    /// The texts of the files that the store has, too: an arm could learn from them.
    private func textsInStore(of corpus: CorpusDocuments) throws -> Set<SHA256Digest> {
        var texts: [[UInt8]: SHA256Digest] = [:]
        _ = try corpus.forEach { _, sha256 in texts[Array(sha256)] = sha256 }
        var found: Set<SHA256Digest> = []
        try store.read { snapshot in
            try snapshot.documentTexts { _, sha256 in
                if let known = texts[Array(sha256)] { found.insert(known) }
            }
        }
        return found
    }

    /// The store's held-out documents, as a pass over files would hand them over.
    private func storedDocuments(
        _ told: (CorpusDocuments.Event) -> Void, _ body: ProofTarget.Body
    ) throws -> CorpusDocuments.Tally {
        var tally = CorpusDocuments.Tally()
        try store.read { snapshot in
            var held: [Int64] = []
            try snapshot.documentTexts { document, sha256 in
                tally.documents += 1
                if selection.rule.slice?.part(ofText: sha256) == .heldOut { held.append(document) }
            }
            var texts = try TextReader(snapshot)
            for document in held {
                let text = try texts.text(of: document)
                let domain = try snapshot.domain(ofDocument: document)
                try body(
                    ImportedDocument(id: [], text: text, domain: domain, line: 0),
                    SHA256.hash(data: text))
            }
        }
        return tally
    }
}
