import TeacherInference

/// Takes score files into a store, whose documents are the shards'.
public struct ScoreImportStage: Sendable {
    /// Where the tokenizers are that cut documents which are not cut yet.
    public struct Tokenizers: Sendable {
        /// A model's folder or file with the teacher's tokenizer.
        public var teacher: String
        /// One with the reference's; nil where it is the teacher's.
        public var reference: String?
        /// The pre-tokenizer, where a file names none that is known.
        public var pre: String?
        /// That of the reference, where it is another.
        public var referencePre: String?

        /// Tokenizers at the given paths.
        public init(
            teacher: String, reference: String? = nil, pre: String? = nil,
            referencePre: String? = nil
        ) {
            self.teacher = teacher
            self.reference = reference
            self.pre = pre
            self.referencePre = referencePre
        }
    }

    /// Rows of a transaction.
    var batch = 1 << 16
    /// Bytes of its reasons: a file may make them long.
    private static let reasonBytes = 16 << 20
    /// Rows between two words of progress.
    private static let told = 1 << 16

    private let store: Store
    private let tokenizers: Tokenizers?
    private let threads: Int

    /// A stage that cuts what is not cut yet, on `threads` threads, where it has the tokenizers.
    public init(_ store: Store, tokenizers: Tokenizers? = nil, threads: Int = 1) {
        self.store = store
        self.tokenizers = tokenizers
        self.threads = threads
    }

    /// Takes one file; blocks.
    ///
    /// Nothing is taken before it was read to its end. Its rows lie beside the store meanwhile, at
    /// about 250 bytes each and twice for a while, in ``ImportedRows``.
    ///
    /// - Parameters:
    ///   - path: the score file.
    ///   - name: what errors call it, and whose suffix tells how it is written; nil for its path.
    ///   - reading: is told how many rows have been read.
    ///   - progress: is told how many rows have been taken.
    ///   - isCancelled: asked for every row; true gives up, and what was taken stays.
    /// - Returns: What became of its scores, and its header.
    /// - Throws: ``RefineryError`` for a file that is damaged or of another chunker, and where the
    ///   store cannot be written; ``JobCancelled``.
    public func run(
        _ path: String, named name: String? = nil, reading: (Int) -> Void = { _ in },
        progress: (Int) -> Void = { _ in }, isCancelled: () -> Bool = { false }
    ) throws -> (ScoreImportCounts, ScoreFileHeader) {
        let name = name ?? path
        func check() throws {
            if isCancelled() { throw JobCancelled("interrupted") }
        }
        let sorted = ImportedRows(folder: store.folder)
        var read = 0
        let header = try ScoreFileReader(path: path, name: name).read { row in
            try check()
            guard case .chunk(let chunk) = row else { return }
            try sorted.add(chunk)
            read += 1
            if read % Self.told == 0 { reading(read) }
        }.header
        try checkCuts(header, name)
        guard let hash = ContentHash(hexadecimal: header.shard.sha256) else {
            throw RefineryError(.input, "\(name): the shard has no SHA-256")
        }
        let source = ScoreImport.Source(
            shard: try store.scoreShard(hash, file: header.shard.file), hash: hash,
            models: ByRole(
                teacher: try register(header.teacher, as: nil),
                reference: try register(header.reference, as: nil)),
            spelling: { outcome in
                var json = JSONBytes()
                json.outcome(outcome)
                return json.bytes
            })
        var counts = ScoreImportCounts()
        counts.unknown = try store.read { snapshot in
            let chunks = try OriginalChunks(snapshot)
            return try sorted.findChunks { text in
                try check()
                return try chunks.chunk(text)
            }
        }
        counts.chunks = counts.unknown
        var rows: [ImportedScore] = []
        var reasons = 0
        func flush() throws {
            guard !rows.isEmpty else { return }
            counts.add(try store.importScores(rows, source))
            rows.removeAll(keepingCapacity: true)
            reasons = 0
            progress(counts.chunks)
        }
        try sorted.forEach { row in
            try check()
            rows.append(row)
            reasons += row.reasonBytes
            if rows.count == batch || reasons > Self.reasonBytes { try flush() }
        }
        try flush()
        return (counts, header)
    }

    /// Makes the pair of a score file the store's current one.
    public func makeCurrent(_ header: ScoreFileHeader) throws {
        _ = try register(header.teacher, as: .teacher)
        _ = try register(header.reference, as: .reference)
    }

    private func register(_ model: ScoreFileModel, as role: ModelRole?) throws -> Int64 {
        let path = try store.modelPath(fingerprint: model.fingerprint) ?? model.name
        return try store.register(model.model(path: path), as: role)
    }

    /// Cuts what is not cut yet, and refuses documents that are cut in another way.
    private func checkCuts(_ header: ScoreFileHeader, _ path: String) throws {
        let others = try store.chunkers().filter { $0 != header.chunker.fingerprint }
        if let other = others.first {
            throw RefineryError(
                .refused,
                "\(path) was cut by the chunker \(header.chunker.fingerprint.prefix(16)), with at "
                    + "most \(header.chunker.maxTokens) tokens, and the store by "
                    + "\(other.prefix(16))",
                hint: "use the teacher's tokenizer and --max-tokens of the one for the other")
        }
        let uncut = try store.status().corpora.reduce(0) { $0 + $1.unchunked }
        guard uncut > 0 else { return }
        guard let tokenizers else {
            throw RefineryError(
                .refused,
                "\(NumberText.counted(uncut, "document")) of the store are not cut into chunks yet",
                hint:
                    "name the teacher's tokenizer with --tokenizer; a refineryd that is not paused "
                    + "cuts them by itself")
        }
        let chunker = try chunker(header, tokenizers)
        guard chunker.fingerprint == header.chunker.fingerprint else {
            throw RefineryError(
                .refused,
                "the tokenizer \(tokenizers.teacher) cuts in another way than that of \(path)",
                hint: "name the model that scored it; --reference-tokenizer names the reference's")
        }
        try ChunkStage(store: store, chunker: chunker, threads: threads).run()
    }

    private func chunker(
        _ header: ScoreFileHeader, _ tokenizers: Tokenizers
    ) throws -> Chunker {
        func load(_ path: String, _ pre: String?) throws -> any Tokenizer {
            try LanguageModel.loadTokenizer(path: path, pre: pre)
        }
        let reference = header.reference
        let sharesTokens =
            header.teacher.tokenizerDigest == reference.tokenizerDigest
            && header.teacher.contextRule == reference.contextRule
        return Chunker(
            tokenizer: try load(tokenizers.teacher, tokenizers.pre),
            maxTokens: header.chunker.maxTokens,
            companion: sharesTokens
                ? nil
                : Chunker.Companion(
                    tokenizer: try load(
                        tokenizers.reference ?? tokenizers.teacher,
                        tokenizers.referencePre ?? tokenizers.pre),
                    maxTokens: reference.maxContext - (reference.contextRule == "none" ? 0 : 1)))
    }
}
