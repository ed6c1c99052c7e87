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

    /// The seed as a Parquet file; empty where no file can be written.
    static let tableSeed: [UInt8] = {
        let lines = NSTemporaryDirectory() + "refinery-fuzz-seed-\(getpid()).jsonl"
        let table = lines + ".parquet"
        defer {
            unlink(lines)
            unlink(table)
        }
        do {
            try Data(whole(Array(seed.utf8))).write(to: URL(fileURLWithPath: lines))
            try copy(lines, to: table)
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: table)))
        } catch {
            return []
        }
    }()

    /// Writes the rows of a score file to another one, in the form of its name.
    @discardableResult
    private static func copy(_ path: String, to other: String) throws -> ScoreFileTrailer {
        var rows: [ScoreFileRow] = []
        let frame = try ScoreFileReader(path: path).read { rows.append($0) }
        let writer = try ScoreFileWriter(path: other, header: frame.header)
        for row in rows { try writer.write(row) }
        return try writer.finish().0
    }

    /// Lines with the trailer that belongs to them.
    private static func whole(_ bytes: [UInt8]) -> [UInt8] {
        let kinds = bytes.split(separator: 0x0A)
        let chunks = kinds.count { $0.starts(with: Array(#"{"row":"chunk""#.utf8)) }
        let rejects = kinds.count { $0.starts(with: Array(#"{"row":"reject""#.utf8)) }
        let digest = Hex.string(SHA256.hash(data: bytes))
        let trailer =
            #"{"row":"trailer","documents":\#(chunks > 0 ? 1 : 0),"chunks":\#(chunks),"#
            + #""rejects":\#(rejects),"sha256":"\#(digest)"}"# + "\n"
        return bytes + Array(trailer.utf8)
    }

    /// Reads the damaged Parquet file at `path`, and compares what is taken with its lines.
    static func runTable(path: String) -> CaseRunner.Outcome {
        var outcome = CaseRunner.Outcome()
        let lines = path + ".jsonl"
        defer { unlink(lines) }
        outcome.catching(path) { outcome in
            let frame = try ScoreFileReader(path: path).read { _ in outcome.tokenizes = true }
            outcome.scores = true
            if try copy(path, to: lines) != frame.trailer {
                outcome.fault = "a Parquet file with a trailer that is not that of its lines"
            }
        }
        return outcome
    }

    /// Reads the file at `path`; `tokenizes` says that a row was read, `scores` that all were.
    static func run(path: String) -> CaseRunner.Outcome {
        var outcome = CaseRunner.Outcome()
        let (lines, table, again) = (path + ".jsonl", path + ".parquet", path + ".again.jsonl")
        defer { for made in [lines, table, again] { unlink(made) } }
        outcome.catching(lines) { outcome in
            let bytes = [UInt8]((try? Data(contentsOf: URL(fileURLWithPath: path))) ?? Data())
            let all = Data(whole(bytes))
            try all.write(to: URL(fileURLWithPath: lines))
            let frame = try ScoreFileReader(path: lines).read { _ in outcome.tokenizes = true }
            outcome.scores = true
            // There and back, by way of Parquet.
            let trailers = [try copy(lines, to: table), try copy(table, to: again)]
            if trailers != [frame.trailer, frame.trailer] {
                outcome.fault = "a Parquet file of other rows"
            }
            if try Data(contentsOf: URL(fileURLWithPath: again)) != all {
                outcome.fault = "a file of two spellings"
            }
        }
        return outcome
    }
}

extension CaseRunner.Outcome {
    /// Does `body`; an error of it has to name the file at `path` and what is wrong.
    fileprivate mutating func catching(
        _ path: String, _ body: (inout CaseRunner.Outcome) throws -> Void
    ) {
        do {
            try body(&self)
        } catch let error as RefineryError {
            if error.message.isEmpty { fault = "an error without words" }
            let isPlaced = error.message.hasPrefix(path + ":")
            if !isPlaced, !error.message.hasPrefix("cannot read \(path)") {
                fault = "an error without file and place: \(error.message)"
            }
        } catch {
            fault = "an error of another type: \(error)"
        }
    }
}
