/// Every endpoint of the HTTP API; docs/api.md describes each.
public enum API {
    /// What the daemon is doing, the corpora and the current models.
    public static let status = Endpoint<StatusReport>(.get, "status")
    /// Every role that a model plays or has played.
    public static let models = Endpoint<[ModelReport]>(.get, "models")
    /// How far a corpus is, and whether some documents of it are done.
    public static let progress = Endpoint<ProgressReport>(
        .get, "progress", "corpus", "first_document", "last_document")
    /// Takes failures back, so that those chunks are scored again.
    public static let retry = Endpoint<RetryReport>(.post, "retry", "corpus")
    /// Pauses scoring.
    public static let pause = Endpoint<[String: String]>(.post, "pause")
    /// Lets scoring go on.
    public static let resume = Endpoint<[String: String]>(.post, "resume")

    /// Brings the documents of a file in; the body is the file.
    public static let imports = Endpoint<ImportSummary>(
        .post, "imports", "corpus", "file", "format", "compression", "text_field", "id_field",
        "domain_field", "replace", "path", "no_id_field", "keep")
    /// The corpora.
    public static let corpora = Endpoint<[CorpusStatus]>(.get, "corpora")
    /// Deletes a corpus.
    public static let deleteCorpus = Endpoint<[String: String]>(.delete, "corpora/:name")
    /// The lines that were rejected.
    public static let rejects = Endpoint<StreamedLines>(.get, "rejects", "corpus")

    /// The newest jobs.
    public static let jobs = Endpoint<[JobRecord]>(.get, "jobs", "limit")
    /// One job.
    public static let job = Endpoint<JobRecord>(.get, "jobs/:id")
    /// Cancels a job.
    public static let cancelJob = Endpoint<JobRecord>(.post, "jobs/:id/cancel")

    /// The imported columns, or the one that is named.
    public static let columns = Endpoint<[ColumnReport]>(.get, "columns", "name")
    /// Brings the values of a column in; the body is the file.
    public static let importColumn = Endpoint<ColumnImportSummary>(
        .post, "columns", "name", "corpus", "file", "compression", "id_field", "chunk_field",
        "value_field", "replace")
    /// Takes the scores of a score file; the body is the file.
    public static let importScores = Endpoint<ScoreImportReport>(.post, "score-files", "file")
    /// Deletes an imported column.
    public static let deleteColumn = Endpoint<[String: String]>(.delete, "columns/:name")

    /// The columns of every scored chunk.
    public static let scores = Endpoint<StreamedLines>(
        .get, "scores", "corpus", "exclude_domains", "where", "unit", "format")
    /// The chunks of a document, or those of a text.
    public static let chunks = Endpoint<[ChunkName]>(
        .get, "chunks", "document", "ordinal", "corpus", "sha256")
    /// One chunk, and how a selection treated it.
    public static let chunk = Endpoint<ChunkReport>(.get, "chunks/:id", "selection")

    /// Takes the questions of a benchmark that a rule is to keep out.
    public static let benchmarks = Endpoint<BenchmarkReport>(.post, "benchmarks")
    /// Takes any other file that a rule names.
    public static let ruleFiles = Endpoint<RuleFileReport>(.post, "rule-files")
    /// Chooses by a rule; the body is a ``SelectionRequest``.
    public static let select = Endpoint<SelectionSummary>(.post, "selections")
    /// The selections, or the one that is named.
    public static let selections = Endpoint<[SelectionSummary]>(.get, "selections", "name")
    /// One selection.
    public static let selection = Endpoint<SelectionSummary>(.get, "selections/:id")
    /// The rows of a selection, as exports hold them.
    public static let selectionRows = Endpoint<StreamedLines>(
        .get, "selections/:id/rows", "order", "seed", "merge_adjacent", "keep_fields", "forget")
    /// Where a selection's scores come from.
    public static let provenance = Endpoint<Provenance>(.get, "selections/:id/provenance")
    /// Deletes a selection.
    public static let deleteSelection = Endpoint<SelectionSummary>(.delete, "selections/:id")
    /// Two selections side by side.
    public static let comparison = Endpoint<SelectionComparison>(
        .get, "comparison", "first", "second")
    /// What a page about a selection is made of.
    public static let report = Endpoint<ReportData>(.get, "report", "selection", "beside")
}
