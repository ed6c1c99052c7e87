import Refinery

extension Configuration {
    /// Every key, once: reading, checking and `check-config` all follow this table.
    static let keys: [ConfigurationKey] =
        [
            .string("store", \.store) { $0.isEmpty ? "store must name a file" : nil },
            .string("socket", \.socket) { path in
                path.isEmpty
                    ? "socket must name a path"
                    : path.utf8.count <= 107
                        ? nil
                        : "socket must be at most 107 bytes long (the kernel's limit), it has "
                            + "\(path.utf8.count)"
            },
            .string("socket_group", \.socketGroup),
            .integer("max_tokens", \.maxTokens, PipelineConfiguration.maxTokensRange),
            .boolean("store_token_nll", \.storeTokenNLL),
            .integer("max_line_bytes", \.maxLineBytes, 1024...(1 << 30)),
            .integer(
                "max_window_bytes", \.maxWindowBytes, (8 << 20)...(1 << 31),
                words: "\(8 << 20) (8 MiB) to \(1 << 31) (2 GiB)"),
            .integer("threads", \.threads, 0...1024, words: "0 (one a core) to 1024"),
            .integer("nice", \.nice, -20...19),
            .number("batch_seconds", \.batchSeconds, 0.1...600, words: "0.1 to 600"),
            .integer("batch_tokens", \.batchTokens, 16...1_000_000),
            .number(
                "idle_seconds", \.idleSeconds, 0...1_000_000,
                words: "0 (keep the models) to 1000000"),
            .number("client_seconds", \.clientSeconds, 1...1_000_000, words: "1 to 1000000"),
            .integer(
                "request_bytes", \.requestBytes, (64 << 20)...(1 << 40),
                words: "\(64 << 20) (64 MiB) to \(1 << 40)"),
            .string("http", \.http) {
                $0.isEmpty || PageAddress($0) != nil
                    ? nil : "http must be a host and a port, such as 127.0.0.1:8517"
            },
            .string("http_token_file", \.httpTokenFile).checked {
                guard let address = PageAddress($0.http), !address.isLoopback,
                    $0.httpTokenFile.isEmpty
                else { return nil }
                return "http = \"\($0.http)\" can be seen beyond this machine: it needs "
                    + "http_token_file, or a loopback address such as 127.0.0.1:8517"
            },
            .string("log_level", \.logLevel) {
                logLevels.contains($0)
                    ? nil : "log_level must be one of \(logLevels.joined(separator: ", "))"
            },
        ]
        + [
            .number(
                "teacher_share", \.teacherShare, 0.000001...1, words: "0.000001 to 1 (everything)"
            ).within("scoring")
        ]
        + ModelPlaces.teacher.keys + ModelPlaces.reference.keys

    /// Every problem of the values themselves, in words.
    var problems: [String] { Configuration.keys.compactMap { $0.problem(self) } }

    /// The words that `log_level` takes.
    static let logLevels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
}

extension Configuration: CustomStringConvertible {
    /// The effective values as a TOML file that reads back to them.
    var description: String {
        var text = ""
        var table: String?
        for key in Configuration.keys {
            if key.table != table, let name = key.table {
                text += "\n[\(name)]\n"
                table = name
            }
            text += "\(key.name) = \(key.toml(self))\n"
        }
        return String(text.dropLast())
    }
}
