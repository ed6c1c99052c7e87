import Refinery

extension Configuration: CustomStringConvertible {
    /// The effective values as a TOML file that reads back to them.
    var description: String {
        """
        store = \(quoted(store))
        socket = \(quoted(socket))
        socket_group = \(quoted(socketGroup))
        max_tokens = \(maxTokens)
        store_token_nll = \(storeTokenNLL)
        max_line_bytes = \(maxLineBytes)
        threads = \(threads)
        nice = \(nice)
        batch_seconds = \(batchSeconds)
        batch_tokens = \(batchTokens)
        idle_seconds = \(idleSeconds)
        client_seconds = \(clientSeconds)
        request_bytes = \(requestBytes)
        log_level = \(quoted(logLevel))

        [teacher]
        path = \(quoted(teacher.path))
        context = \(quoted(teacher.context))
        pre = \(quoted(teacher.pre ?? ""))
        ignore_config = \(quoted(teacher.ignoredConfig))

        [reference]
        path = \(quoted(reference.path))
        context = \(quoted(reference.context))
        pre = \(quoted(reference.pre ?? ""))
        ignore_config = \(quoted(reference.ignoredConfig))
        """
    }

    /// A TOML array of strings.
    private func quoted(_ texts: [String]) -> String {
        "[" + texts.map { quoted($0) }.joined(separator: ", ") + "]"
    }

    /// A TOML basic string.
    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
