import Refinery

/// What the daemon works with: the defaults, over them the file, over that the command line.
struct Configuration: Sendable, Equatable {
    /// The database file.
    var store = "/var/lib/refinery/refinery.db"
    /// The Unix socket.
    var socket = "/run/refinery/refinery.sock"
    /// The group that may use the socket.
    var socketGroup = "refinery"
    /// The most tokens of a chunk.
    var maxTokens = 1024
    /// Whether each token's NLL is stored too, in 16 bits.
    var storeTokenNLL = false
    /// The longest line of a corpus file, in bytes.
    var maxLineBytes = 64 << 20
    /// The largest window of a zstd frame in a corpus file, in bytes.
    var maxWindowBytes = 128 << 20
    /// Threads that score; 0 for one a core.
    var threads = 0
    /// Nice level of the process.
    var nice = 10
    /// The most seconds of one batch.
    var batchSeconds = 5.0
    /// The most tokens of one batch.
    var batchTokens = 2048
    /// Seconds without work after which the models' memory is given back; 0 keeps it.
    var idleSeconds = 30.0
    /// The share of the chunks that the teacher reads; 1 for all of them.
    var teacherShare = 1.0
    /// Seconds that a client may send or take nothing in the midst of a request.
    var clientSeconds = 600.0
    /// Bytes that requests with long lines, benchmarks or selections may take together.
    var requestBytes = 512 << 20
    /// The teacher, with its context rule and pre-tokenizer.
    var teacher = ModelReference(path: "", context: "auto", pre: nil)
    /// The reference model.
    var reference = ModelReference(path: "", context: "auto", pre: nil)
    /// The engine that serves the teacher; of kind "" where none does.
    var teacherEngine = EngineReference(kind: "", urls: [], model: "")
    /// The engine that serves the reference; of kind "" where none does.
    var referenceEngine = EngineReference(kind: "", urls: [], model: "")
    /// Where the live page is served, `127.0.0.1:8517`; "" where it is not.
    var http = ""
    /// A file with the token that the live page asks for; "" where it asks for none.
    var httpTokenFile = ""
    /// The lowest level of messages written.
    var logLevel = "info"
}
