import Crypto
import Foundation
import Refinery

/// Reads a damaged score file whose trailer has been made to fit again, so that more than the
/// SHA-256 stands between the damage and a store.
enum ScoreFileCase {
    /// The seed: a chunk of every outcome, and a reject.
    static let seed: String = {
        let digits = String(repeating: "ab", count: 32)
        let model =
            #"{"architecture":"llama","computed_by":"AVX2","context":"none","engine":null,"#
            + #""fingerprint":"\#(digits)","max_context":512,"name":"m","parameters":12,"#
            + #""slice":null,"tokenizer":"BPE","tokenizer_digest":"\#(digits)"}"#
        let header =
            #"{"row":"header","chunker":{"fingerprint":"\#(digits)","max_tokens":64},"#
            + #""reference":\#(model),"schema":1,"shard":{"bytes":9,"corpus":"a","#
            + #""domain_field":"domain","file":"a.jsonl","id_field":"id","#
            + #""sha256":"\#(digits)","text_field":"text"},"teacher":\#(model),"writer":"w"}"#
        let scored =
            #"{"outcome":"scored","tokens":7,"bytes":21,"nll":12.5,"nll_squared":1e+16,"top1":2,"#
            + #""top10":5,"nll_adapted":null,"repetition":0.25}"#
        func chunk(_ ordinal: Int, _ teacher: String) -> String {
            #"{"row":"chunk","corpus":"a","id":"d","document_sha256":"\#(digits)","domain":null,"#
                + #""line":1,"ordinal":\#(ordinal),"start":\#(20 * ordinal),"#
                + #""end":\#(20 * ordinal + 20),"sha256":"\#(digits)","teacher":\#(teacher),"#
                + #""reference":\#(scored)}"#
        }
        let lines = [
            header, chunk(0, scored), chunk(1, #"{"outcome":"too_short"}"#),
            chunk(2, #"{"outcome":"failed","reason":"not finite"}"#),
            #"{"row":"reject","corpus":"a","line":2,"id":"é","reason":"empty_text","detail":"x"}"#,
        ]
        return lines.joined(separator: "\n") + "\n"
    }()

    private static let start = Array(#"{"row":"trailer""#.utf8)

    /// Reads the file at `path`; `tokenizes` says that a row was read, `scores` that all were.
    static func run(path: String) -> CaseRunner.Outcome {
        var outcome = CaseRunner.Outcome()
        let whole = path + ".whole"
        defer { unlink(whole) }
        do {
            let bytes = [UInt8]((try? Data(contentsOf: URL(fileURLWithPath: path))) ?? Data())
            let kinds = bytes.split(separator: 0x0A)
            let chunks = kinds.count { $0.starts(with: Array(#"{"row":"chunk""#.utf8)) }
            let rejects = kinds.count { $0.starts(with: Array(#"{"row":"reject""#.utf8)) }
            let digest = Hex.string(SHA256.hash(data: bytes))
            let trailer =
                #"{"row":"trailer","documents":\#(chunks > 0 ? 1 : 0),"chunks":\#(chunks),"#
                + #""rejects":\#(rejects),"sha256":"\#(digest)"}"# + "\n"
            let all = bytes + Array(trailer.utf8)
            try Data(all).write(to: URL(fileURLWithPath: whole))
            var rows: [ScoreFileRow] = []
            let frame = try ScoreFileReader(path: whole).read { _, row in
                outcome.tokenizes = true
                rows.append(row)
            }
            outcome.scores = true
            let writer = try ScoreFileWriter(path: whole, header: frame.header)
            for row in rows { try writer.write(row) }
            _ = try writer.finish()
            let again = try Data(contentsOf: URL(fileURLWithPath: whole))
            if again != Data(all) { outcome.fault = "a file of two spellings" }
        } catch let error as RefineryError {
            if error.message.isEmpty { outcome.fault = "an error without words" }
            if !error.message.hasPrefix(whole + ":") {
                outcome.fault = "an error without file and line: \(error.message)"
            }
        } catch {
            outcome.fault = "an error of another type: \(error)"
        }
        return outcome
    }
}
