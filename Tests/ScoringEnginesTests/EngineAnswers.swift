import Foundation

/// Answers of engines in exactly their shapes, for any prompts.
///
/// vLLM 0.32.0 as recorded, SGLang 0.5.23 from its source, and `refinery_distill.serve`.
enum EngineAnswers {
    static let model = "m"
    static let fingerprint = "vllm-0.32.0-5a726ac3"

    /// The stand-in's ln p of the id at `place`, a float32, which depends on the id before it.
    static func logProb(_ ids: [Int32], _ place: Int) -> Float {
        let mixed = (Int(ids[place - 1]) &* 31 &+ Int(ids[place])) % 997
        return -Float(mixed) / 97.3
    }

    /// A rank that goes with it.
    static func rank(_ ids: [Int32], _ place: Int) -> Int32 {
        max(1, Int32(exp(-logProb(ids, place)) * 0.9))
    }

    /// What a right decoder makes of a prompt.
    static func logProbs(_ ids: [Int32]) -> [Float] {
        ids.indices.dropFirst().map { logProb(ids, $0) }
    }

    static func ranks(_ ids: [Int32]) -> [Int32] {
        ids.indices.dropFirst().map { rank(ids, $0) }
    }

    static func vllmEntries(_ ids: [Int32]) -> String {
        let entries = ids.indices.dropFirst().map { place in
            "{\"\(ids[place])\":{\"logprob\":\(Double(logProb(ids, place))),"
                + "\"rank\":\(rank(ids, place)),\"decoded_token\":\"Fi\\\"rst\"}}"
        }
        return (["null"] + entries).joined(separator: ",")
    }

    static func vllm(
        _ prompts: [[Int32]], model: String = model, fingerprint: String = fingerprint
    ) -> String {
        let choices = prompts.enumerated().map { index, ids in
            "{\"index\":\(index),\"text\":\" is\",\"logprobs\":null,\"finish_reason\":\"length\","
                + "\"stop_reason\":null,\"token_ids\":null,"
                + "\"prompt_logprobs\":[\(vllmEntries(ids))],\"prompt_token_ids\":null}"
        }
        let tokens = prompts.reduce(0) { $0 + $1.count }
        return "{\"id\":\"cmpl-8e05a6\",\"object\":\"text_completion\",\"created\":1764440000,"
            + "\"model\":\"\(model)\",\"choices\":[\(choices.joined(separator: ","))],"
            + "\"service_tier\":null,\"system_fingerprint\":\"\(fingerprint)\","
            + "\"usage\":{\"prompt_tokens\":\(tokens),\"total_tokens\":\(tokens + prompts.count),"
            + "\"completion_tokens\":\(prompts.count),\"prompt_tokens_details\":null},"
            + "\"kv_transfer_params\":null}"
    }

    static func sglang(
        _ prompts: [[Int32]], version: String = "default", hasRanks: Bool = false
    ) -> String {
        let items = prompts.map { ids in
            let entries = ids.indices.map { place in
                place == 0
                    ? "[null,\(ids[0]),null]" : "[\(logProb(ids, place)),\(ids[place]),null]"
            }
            let ranks = ids.indices.map { $0 == 0 ? "null" : "\(rank(ids, $0))" }
            return "{\"text\":\"\",\"output_ids\":[],\"meta_info\":{\"id\":\"6f\","
                + "\"finish_reason\":{\"type\":\"length\",\"length\":0},"
                + "\"prompt_tokens\":\(ids.count),\"weight_version\":\"\(version)\","
                + "\"input_token_logprobs\":[\(entries.joined(separator: ","))],"
                + (hasRanks ? "\"input_token_ranks\":[\(ranks.joined(separator: ","))]," : "")
                + "\"output_token_logprobs\":[],\"completion_tokens\":0,\"cached_tokens\":0,"
                + "\"e2e_latency\":0.0123}}"
        }
        return "[\(items.joined(separator: ","))]"
    }

    /// vLLM's compact answer: a .npy of float32 in base64.
    static func compact(_ ids: [Int32], rows: Int? = nil) -> String {
        var header =
            "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows ?? ids.count - 1), 1), }"
        header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0]
        bytes += Array(header.utf8)
        for value in logProbs(ids) {
            withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += Array($0) }
        }
        return "{\"request_id\":\"a\",\"model\":\"m\",\"choices\":[{\"index\":0,"
            + "\"token_ids\":[3]}],\"prompt_token_id_logprobs\":\""
            + Data(bytes).base64EncodedString() + "\"}"
    }
}
