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
    /// Seconds that a client may send or take nothing in the midst of a request.
    var clientSeconds = 600.0
    /// Bytes that requests with long lines, benchmarks or selections may take together.
    var requestBytes = 512 << 20
    /// The teacher, with its context rule and pre-tokenizer.
    var teacher = ModelReference(path: "", context: "auto", pre: nil)
    /// The reference model.
    var reference = ModelReference(path: "", context: "auto", pre: nil)
    /// The lowest level of messages written.
    var logLevel = "info"

    /// Every problem of the values themselves, in words.
    var problems: [String] {
        var problems: [String] = []
        func check(_ holds: Bool, _ problem: @autoclosure () -> String) {
            if !holds { problems.append(problem()) }
        }
        check(!store.isEmpty, "store must name a file")
        check(!socket.isEmpty, "socket must name a path")
        check(
            socket.utf8.count <= 107,
            "socket must be at most 107 bytes long (the kernel's limit), it has "
                + "\(socket.utf8.count)")
        check((16...1_000_000).contains(maxTokens), "max_tokens must be 16 to 1000000")
        check(
            (1024...(1 << 30)).contains(maxLineBytes),
            "max_line_bytes must be 1024 to \(1 << 30)")
        check((0...1024).contains(threads), "threads must be 0 (one a core) to 1024")
        check((-20...19).contains(nice), "nice must be -20 to 19")
        check(
            batchSeconds.isFinite && (0.1...600).contains(batchSeconds),
            "batch_seconds must be 0.1 to 600")
        check((16...1_000_000).contains(batchTokens), "batch_tokens must be 16 to 1000000")
        check(
            idleSeconds.isFinite && (0...1_000_000).contains(idleSeconds),
            "idle_seconds must be 0 (keep the models) to 1000000")
        check(
            clientSeconds.isFinite && (1...1_000_000).contains(clientSeconds),
            "client_seconds must be 1 to 1000000")
        check(
            ((64 << 20)...(1 << 40)).contains(requestBytes),
            "request_bytes must be \(64 << 20) (64 MiB) to \(1 << 40)")
        check(
            !teacher.path.isEmpty,
            "no teacher: set path under [teacher], or give --teacher MODEL")
        check(
            !reference.path.isEmpty,
            "no reference model: set path under [reference], or give --reference MODEL")
        check(!teacher.context.isEmpty, "teacher.context must not be empty")
        check(!reference.context.isEmpty, "reference.context must not be empty")
        check(
            Configuration.logLevels.contains(logLevel),
            "log_level must be one of \(Configuration.logLevels.joined(separator: ", "))")
        return problems
    }

    /// The words that `log_level` takes.
    static let logLevels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
}
