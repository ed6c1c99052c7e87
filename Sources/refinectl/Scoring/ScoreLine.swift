import Refinery
import TeacherInference

/// The lines of `score` and `tokenize`.
enum ScoreLine {
    /// What a user asks of `score`.
    struct Options: Sendable {
        /// Each token's id and NLL, too.
        var perToken: Bool
        /// Tokens of a window; nil scores texts whole.
        var window: Int?
    }

    /// `{"id": …, "tokens": n, "bytes": b, "nll": x}`, with `perToken` also the ids of all tokens
    /// and the NLL of each scored one.
    static func write(
        id: [UInt8], scores: [SequenceScore], bytes: Int, ids: some Sequence<TokenID>,
        perToken: Bool, to json: inout JSONBytes
    ) {
        json.raw("{\"id\":")
        json.repairedString(id)
        json.raw(",\"tokens\":\(scores.reduce(0) { $0 + $1.tokens }),\"bytes\":\(bytes),\"nll\":")
        json.number(positive(scores.reduce(0) { $0 + $1.nll }))
        if perToken {
            write(ids, to: &json)
            json.raw(",\"token_nll\":[")
            var isFirst = true
            for score in scores {
                for value in score.tokenNLL {
                    if !isFirst { json.raw(",") }
                    isFirst = false
                    json.raw(positive(value).description)
                }
            }
            json.raw("]")
        }
        json.raw("}\n")
    }

    /// `{"id": …, "token_ids": […]}`.
    static func write(id: [UInt8], ids: [TokenID], to json: inout JSONBytes) {
        json.raw("{\"id\":")
        json.repairedString(id)
        write(ids, to: &json)
        json.raw("}\n")
    }

    /// `{"id": …, "tokens": n}`.
    static func write(id: [UInt8], tokens: Int, to json: inout JSONBytes) {
        json.raw("{\"id\":")
        json.repairedString(id)
        json.raw(",\"tokens\":")
        json.integer(tokens)
        json.raw("}\n")
    }

    /// `{"id": …, "error": …}`.
    static func write(id: [UInt8], error: String, to json: inout JSONBytes) {
        json.raw("{\"id\":")
        json.repairedString(id)
        json.raw(",\"error\":")
        json.string(error.utf8)
        json.raw("}\n")
    }

    private static func write(_ ids: some Sequence<TokenID>, to json: inout JSONBytes) {
        json.raw(",\"token_ids\":[")
        var isFirst = true
        for id in ids {
            if !isFirst { json.raw(",") }
            isFirst = false
            json.integer(Int(id))
        }
        json.raw("]")
    }

    /// 0 for −0, which JSON would print as `-0.0`.
    private static func positive<Value: BinaryFloatingPoint>(_ value: Value) -> Value {
        value == 0 ? 0 : value
    }
}
