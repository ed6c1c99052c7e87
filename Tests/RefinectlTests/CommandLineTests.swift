import ArgumentParser
import Foundation
import Refinery
import TeacherInference
import Testing

@testable import refinectl

@Suite("What the command line accepts and refuses")
struct CommandLineTests {
    @Test func `every command that loads a model takes fields to ignore`() throws {
        let fields = ["--ignore-config", "a", "--ignore-config", "b"]
        let score = try Score.parse(["m", "-"] + fields)
        #expect(score.modelOptions.options.ignoredConfig == ["a", "b"])
        for ignored in [
            try Inspect.parse(["m"] + fields).modelOptions.fields.ignored,
            try Tokenize.parse(["m", "-"] + fields).modelOptions.fields.ignored,
            try Bench.parse(["m"] + fields).modelOptions.fields.ignored,
            try Refine.parse(
                [
                    "c.jsonl", "--teacher", "t", "--reference", "r", "--ratio", "0.5", "--output",
                    "o",
                ] + fields
            ).modelOptions.fields.ignored,
            try Explain.parse(["1"] + fields).fields.ignored,
            try Report.parse(["--output", "r.html"] + fields).fields.ignored,
        ] { #expect(ignored == ["a", "b"]) }
    }

    @Test func `an engine's address takes its options along`() throws {
        let refine = try Refine.parse([
            "c.jsonl", "--teacher", "vllm+http://localhost:8000/Qwen/Qwen2.5-7B",
            "--teacher-tokenizer", "q", "--teacher-revision", "r", "--teacher-dtype", "float32",
            "--teacher-api-key-file", "k", "--teacher-ca", "c", "--reference", "r",
            "--ratio", "0.5", "--output", "o",
        ])
        let reference = try refine.engines.flags(.teacher).reference(
            refine.teacher, refine.modelOptions.options)
        let engine = try #require(reference.engine)
        #expect(engine.kind == "vllm" && engine.model == "Qwen/Qwen2.5-7B")
        #expect(engine.urls == ["http://localhost:8000"] && engine.tokenizer == "q")
        #expect(engine.revision == "r" && engine.dtype == "float32")
        #expect(engine.keyFile == "k" && engine.authorityFile == "c")
        #expect(try EngineFlags().reference("folder", .init()).engine == nil)
        var flags = EngineFlags(tokenizer: "q", keyFile: "k")
        #expect(throws: Failure.self) {
            try flags.reference("vllm+http://gpu7:8000/m", .init())
        }
        flags.allowsPlainHTTP = true
        #expect(try flags.reference("vllm+http://gpu7:8000/m", .init()).engine != nil)
    }

    @Test(
        "a wrong command line is a usage error, 64",
        arguments: [
            ["nonsense"],
            ["enqueue"],
            ["enqueue", "-"],
            ["score", "m", "-", "--ignore-config", ""],
            ["score", "m", "-", "--allow-plain-http"],
            ["score", "vllm+http://h/m", "-", "--tokenizer", "t", "--threads", "2"],
            ["score", "vllm+http://h/m", "-", "--tokenizer", "t", "--ignore-config", "a"],
            ["inspect", "vllm+http://h/m", "--tokenizer", "t", "--no-fingerprint"],
            ["inspect", "vllm+http://h/m", "--tokenizer", "t", "--batch-tokens", "2048"],
            ["inspect", "m", "--allow-plain-http"],
            ["explain", "1", "--plain", "--teacher-tokenizer", "t"],
            ["explain"], ["explain", "abc"], ["explain", "1", "--document", "a"],
            ["explain", "1", "--ordinal", "1"], ["explain", "--document", ""],
            ["explain", "--document", "a", "--ordinal", "-1"],
            ["export", "--ratio", "0.5", "--no-record", "--name", "a"],
            ["selections", "prune"], ["selections", "prune", "--keep", "-1"],
            ["import-scores", "s.jsonl", "--threads", "2"],
            ["report", "--output", "r.html", "--plain", "--allow-plain-http"],
            [
                "refine", "a", "--teacher", "t", "--reference", "r", "--ratio", "0.5", "--output",
                "o", "--allow-plain-http",
            ],
            ["enqueue", "a.jsonl", "--corpus", ""],
            ["enqueue", "a.jsonl", "--id-field", "key", "--no-id-field"],
            ["train-reference", "-", "--teacher", "t", "--output", "r"],
            ["train-reference", "a", "--teacher", "vllm+http://h/m", "--output", "r"],
            ["train-reference", "a", "--teacher", "t", "--output", "r", "--share", "1.5"],
            ["train-reference", "a", "--teacher", "t", "--output", "r", "--layers", "4"],
            ["train-reference", "a", "--teacher", "t", "--output", "r", "--hours", "0"],
            ["train-reference", "a", "--teacher", "t", "--output", "-"],
            [
                "train-reference", "a", "--teacher", "t", "--output", "r", "--hours", "1",
                "--layers", "2", "--width", "64",
            ],
            [
                "train-reference", "a", "--teacher", "t", "--output", "r", "--share", "0.1",
                "--tokens", "9",
            ],
            ["estimate", "-", "--teacher", "t"],
            ["estimate", "a", "--teacher", "t", "--minutes", "0"],
            ["estimate", "a", "--teacher", "t", "--price", "-1"],
            ["enqueue", "a.jsonl", "--price", "nan"],
            ["inspect", "m", "--measure", "--price", "1"], ["inspect", "m", "c.jsonl"],
            ["inspect", "c.jsonl", "--measure"],
            ["inspect", "m", "c.jsonl", "--measure", "--json"],
            ["estimate", "a", "--teacher", "t", "--reference-pre", "gpt-2"],
            ["estimate", "a", "--teacher", "t", "--output", "-"],
            [
                "score-shard", "a", "--teacher", "t", "--reference", "r", "--output",
                "s.parquet.zst",
            ],
            ["score-shard", "a", "--teacher", "t", "--reference", "r", "--output", "s"],
            ["select-shards", "--ratio", "0.5", "--output", "c"],
            ["select-shards", "a", "--output", "c"],
            ["select-shards", "a", "--ratio", "0.5"],
            ["select-shards", "a", "--ratio", "0.5", "--output", "c", "--near-duplicates", "0.8"],
            ["select-shards", "a", "--ratio", "0.5", "--output", "c", "--unit", "document"],
            ["select-shards", "a", "--ratio", "0.5", "--output", "c", "--score", "at_length"],
            ["select-shards", "a", "--ratio", "0.5", "--output", "c", "--scratch", ""],
            ["export-shard", "a", "b", "c"],
            ["export-shard", "-", "b", "c", "--output", "o"],
            ["export-shard", "a", "b", "c", "--output", "o", "--order", "shuffle"],
            ["export-shard", "a", "b", "c", "--output", "o", "--name", "n"],
            ["export-shard", "a", "b", "c", "--output", "o", "--format", "fasttext"],
            ["export-shard", "a", "b", "c", "--output", "-", "--json"],
            ["prove", "a"],
            ["prove", "-", "--store", "s"],
            ["prove", "a", "--store", "s", "--target", "b"],
            ["prove", "--store", "s", "--target", "b", "--judge-domains", "c"],
            ["prove", "--store", "s", "--judge-domains", " , "],
            ["prove", "--store", "s", "--seeds", "1"],
            ["prove", "--store", "s", "--width", "64"],
            ["refine", "a.jsonl", "--teacher", "t", "--ratio", "0.5", "--output", "-"],
            [
                "refine", "-", "--corpus", "c", "--teacher", "t", "--ratio", "0.5", "--output",
                "o",
            ],
            ["export"],
            ["export", "--top-k", "3", "--ratio", "0.5"],
            ["export", "--top-k", "0"],
            ["export", "--ratio", "0"],
            ["export", "--ratio", "1.5"],
            ["export", "--ratio", "half"],
            ["export", "--min-score", "nan"],
            ["export", "--ratio", "0.5", "--format", "arrow"],
            ["export", "--ratio", "0.5", "--format", "megatron"],
            ["export", "--ratio", "0.5", "--format", "mds", "--output", "o", "--tokenizer", "t"],
            ["export", "--ratio", "0.5", "--format", "jsonl", "--output", "o", "--zstd"],
            ["export", "--ratio", "0.5", "--format", "mds", "--output", "o", "--shard-size", "1K"],
            ["export", "--ratio", "0.5", "--format", "mds", "--output", "o", "--shard-size", "2G"],
            ["export", "--ratio", "0.5", "--format", "mds", "--output", "o", "--shard-size", "-1"],
            [
                "export", "--ratio", "0.5", "--format", "nanogpt", "--output", "o", "--shard-size",
                "64M",
            ],
            [
                "export", "--ratio", "0.5", "--format", "nanogpt", "--output", "o",
                "--sequence-length", "64",
            ],
            [
                "export", "--ratio", "0.5", "--format", "nanoset", "--output", "o",
                "--sequence-length", "1",
            ],
            [
                "export", "--ratio", "0.5", "--format", "megatron", "--output", "o",
                "--keep-fields",
            ],
            [
                "export", "--ratio", "0.5", "--format", "nanoset", "--output", "o", "--end-of-text",
                "",
            ],
            [
                "refine", "a", "--teacher", "t", "--reference", "r", "--ratio", "0.5", "--output",
                "-", "--format", "fasttext",
            ],
            ["verify"], ["verify", "a", "b"],
            ["export", "--ratio", "0.5", "--order", "alphabetical"],
            ["export", "--ratio", "0.5", "--json"],
            ["export", "--ratio", "0.5", "--where", "1speed=1..2"],
            ["export", "--ratio", "0.5", "--where", "at_length=1..2"],
            ["export", "--ratio", "0.5", "--score", "1speed"],
            ["export", "--ratio", "0.5", "--mix", "web"],
            ["export", "--ratio", "0.5", "--spill"],
            ["export", "--ratio", "0.5", "--mix", "web=1", "--keep-proportions"],
            ["export", "--ratio", "0.5", "--match", "domain"],
            ["export", "--min-score", "1", "--sample"],
            ["export", "--ratio", "0.5", "--from", "all"],
            ["export", "--ratio", "0.5", "--sample", "--temperature", "0"],
            ["export", "--ratio", "0.5", "--merge-adjacent", "--order", "score"],
            ["export", "--ratio", "0.5", "--mix-by", "topic"],
            ["export", "--ratio", "0.5", "--mix", "a=1", "--mix-by", "tokens"],
            ["import-column", "tokens", "a.jsonl"], ["import-column", "a b", "a.jsonl"],
            ["import-column", "mates"], ["import-column", "m", "a.jsonl", "--value-field", ""],
            ["columns", "delete"],
            ["scores", "--where", "difference"], ["scores", "--format", "xml"],
            ["selections", "diff", "a"], ["selections", "delete"],
            ["cancel", "one"], ["enqueue", "-", "-", "--corpus", "c"],
            ["refine", "a.jsonl", "--teacher", "t", "--reference", "r", "--top-k", "1"],
            ["score"],
            ["score", "m", "--window", "1"],
            ["score", "m", "--threads", "0"],
            ["inspect"],
            ["inspect", "a", "b", "c"],
            ["inspect", "a", "--batch-tokens", "1"],
            ["refine", "a.jsonl", "--teacher", "t", "--reference", "r", "--top-k", "1"],
            ["export", "--top-k", "1", "--decontaminate", "-"],
            ["explain"], ["explain", "0"], ["explain", "7", "--plain", "--tokens"],
            ["inspect", "a", "--max-tokens", "0"],
            ["inspect", "a", "--threads", "0"],
            ["inspect", "a", "--reference-context", "bos"],
            ["score", "vllm+http://h:1/m", "-"],
            ["score", "m", "-", "--tokenizer", "t"],
            ["inspect", "vllm+http://h:1/m"],
            ["inspect", "m", "--revision", "r"],
            ["inspect", "m", "--reference-tokenizer", "t"],
            [
                "refine", "a.jsonl", "--teacher", "sglang+http://h:1/m", "--reference", "r",
                "--ratio", "0.5", "--output", "o",
            ],
            [
                "refine", "a.jsonl", "--teacher", "vllm+http://h:1/m", "--teacher-tokenizer", "t",
                "--ratio", "0.5", "--output", "o",
            ],
            [
                "refine", "a.jsonl", "--teacher", "t", "--reference", "r", "--reference-dtype",
                "float32", "--ratio", "0.5", "--output", "o",
            ],
            ["estimate", "a", "--teacher", "vllm+http://h:1/m"],
            ["bench"],
            ["bench", "m", "--tokens", "0"],
            ["bench", "m", "--length", "1"],
            ["bench", "m", "--tokens-in-flight", "4096"],
            ["bench", "m", "--tokenizer", "t"],
            ["bench", "vllm+http://h/m"],
            ["bench", "vllm+http://h/m", "--tokenizer", "t", "--batch", "512"],
            ["bench", "vllm+http://h/m", "--tokenizer", "t", "--threads", "2"],
            ["bench", "vllm+http://h/m", "--tokenizer", "t", "--tokens-in-flight", "8"],
        ])
    func refused(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try Refinectl.parseAsRoot(arguments) }
        do {
            _ = try Refinectl.parseAsRoot(arguments)
        } catch {
            #expect(Refinectl.exitCode(for: error).rawValue == 64)
        }
    }

    @Test(
        "every command of the contract is accepted as it is written there",
        arguments: [
            ["enqueue", "a.jsonl", "b/", "--text-field", "t", "--id-field", "i", "--wait"],
            ["enqueue", "-", "--corpus", "c", "--strict", "--replace", "--domain-field", "m.d"],
            ["status", "--watch", "--json"],
            ["export", "--top-k", "3", "--keep-duplicates", "--no-guards"],
            ["export", "--ratio", "0.5", "--output", "-", "--order", "score", "--keep-fields"],
            ["export", "--token-budget", "9", "--corpus", "c", "--name", "n", "--format", "jsonl"],
            ["export", "--min-score", "-0.25"],
            [
                "export", "--ratio", "0.5", "--format", "megatron", "--tokenizer", "t",
                "--end-of-text", "none", "--sequence-length", "2048", "--shard-size", "1G",
                "--output", "o", "--threads", "2",
            ],
            [
                "export", "--ratio", "0.5", "--format", "mds", "--zstd", "--keep-fields",
                "--shard-size", "67108864", "--output", "o",
            ],
            ["export", "--ratio", "0.2", "--format", "fasttext", "--output", "o"],
            ["export", "--ratio", "0.2", "--format", "nanoset", "--dry-run"],
            ["verify", "o.manifest.json"], ["verify", "o.manifest.json", "--json"],
            [
                "export", "--token-ratio", "0.3", "--exclude-domain", "a", "--exclude-domain", "b",
                "--where", "difference=..q0.99", "--where", "tokens=64..", "--min-tokens", "16",
                "--max-repetition", "0.4", "--no-short-guard", "--score",
                "difference:1,adapted:0.5",
                "--ascending", "--sample", "--temperature", "0.5", "--seed", "18446744073709551615",
                "--mix", "code=0.3,web=0.7", "--spill", "--fill-or-fail", "--partial", "--dry-run",
                "--json",
            ],
            [
                "export", "--ratio", "1", "--decontaminate", "a.jsonl", "--decontaminate", "b.txt",
                "--near-duplicates", "0.8",
            ],
            [
                "refine", "a.jsonl", "--teacher", "t", "--reference", "r", "--top-k", "1",
                "--dry-run",
            ],
            ["export", "--like", "n", "--match", "domain,length", "--baseline", "random"],
            [
                "export", "--top-k", "5", "--unit", "document", "--order", "shuffle",
                "--order-seed", "3",
            ],
            ["export", "--top-k", "5", "--merge-adjacent", "--keep-proportions"],
            ["scores"], ["scores", "--format", "csv", "--corpus", "c", "--where", "tokens=9.."],
            ["selections", "n", "--json"], ["selections", "diff", "a", "b"],
            ["selections", "delete", "a"],
            ["explain", "7", "--selection", "n", "--tokens", "--color", "never"],
            ["corpora", "--json"], ["selections", "--json"], ["models", "--json"],
            ["jobs", "--json"], ["rejects", "--json"],
            ["cancel", "3"], ["pause"], ["resume"], ["delete", "c"], ["delete", "c", "--yes"],
            [
                "refine", "a.jsonl", "b.txt", "--teacher", "t", "--reference", "r", "--ratio",
                "0.5", "--output", "o.jsonl.zst", "--store", "s", "--context", "bos", "--pre",
                "smollm", "--threads", "2", "--strict", "--order", "score",
            ],
            ["refine", "a.jsonl", "--teacher", "t", "--ratio", "0.5", "--output", "o.jsonl"],
            [
                "train-reference", "a/", "b.jsonl", "--teacher", "t", "--output", "r", "--share",
                "0.1", "--held-out", "0.01", "--seed", "3", "--epochs", "2", "--layers", "4",
                "--width", "96", "--anyway", "--max-tokens", "512", "--json",
            ],
            ["train-reference", "a/", "--teacher", "t", "--output", "r", "--hours", "2.5"],
            [
                "estimate", "a/", "b.jsonl", "--teacher", "t", "--reference", "r", "--minutes",
                "2.5", "--seed", "3", "--output", "e.html", "--overwrite", "--json",
            ],
            [
                "prove", "a/", "--store", "s", "--selection", "x", "--judge-domains", "a,b",
                "--seeds", "3", "--epochs", "2", "--layers", "2", "--width", "64", "--brief",
                "--yes", "--anyway", "--output", "p", "--json",
            ],
            ["prove", "--store", "s", "--target", "a", "--target", "b"],
            ["export", "--ratio", "0.5", "--keep-slice"],
            ["score-shard", "a", "--teacher", "t", "--reference", "r", "--output", "s.parquet"],
            ["select-shards", "a.jsonl.zst", "b.parquet", "--ratio", "0.5", "--output", "c"],
            ["score", "m"], ["score", "m", "-", "--per-token", "--window", "512"],
            ["score", "m", "p.jsonl", "--context", "<|endoftext|>", "--threads", "2"],
            ["tokenize", "m", "p.jsonl", "--pre", "gpt-2"], ["tokenize", "m", "--count"],
            ["inspect", "m", "c.jsonl", "--measure", "--price", "0.05"],
            ["inspect", "m", "n", "c.parquet", "d.jsonl.gz", "--measure"],
            ["enqueue", "a.jsonl", "--wait", "--price", "0.05"],
            [
                "refine", "a.jsonl", "--teacher", "t", "--reference", "r", "--ratio", "0.5",
                "--output", "o.jsonl", "--price", "0",
            ],
            ["inspect", "m", "n", "--json"], ["inspect", "m", "--measure", "--no-fingerprint"],
            [
                "inspect", "m", "n", "--threads", "4", "--batch-tokens", "4096", "--max-tokens",
                "512", "--context", "bos", "--reference-context", "<s>", "--reference-pre", "gpt-2",
            ],
        ])
    func accepted(_ arguments: [String]) throws {
        _ = try Refinectl.parseAsRoot(arguments)
    }

    @Test("the socket is taken before and behind the command's name")
    func socket() throws {
        let before = try Refinectl.parseAsRoot(["--socket", "/tmp/a", "status"]) as? Status
        let behind = try Refinectl.parseAsRoot(["status", "--socket", "/tmp/a"]) as? Status
        #expect(before?.daemon.socketPath == "/tmp/a")
        #expect(behind?.daemon.socketPath == "/tmp/a")
    }

    @Test("a ratio stays the decimal that was written")
    func ratio() throws {
        let command = try Refinectl.parseAsRoot(["export", "--ratio", "0.29"]) as? Export
        let rule = try command?.selecting.rule(corpus: nil, files: RuleFiles())
        #expect(try rule?.size == .ratio(DecimalFraction("0.29")))
    }

    @Test("help and version are no errors")
    func help() {
        for arguments in [["--help"], ["--version"], ["refine", "--help"], ["help", "score"]] {
            do {
                var command = try Refinectl.parseAsRoot(arguments)
                try command.run()
                Issue.record("\(arguments) said nothing")
            } catch {
                #expect(Refinectl.exitCode(for: error).rawValue == 0)
            }
        }
    }

    @Test("every command's help has an example")
    func examples() {
        let groups = Refinectl.configuration.groupedSubcommands
        for command in groups.flatMap(\.subcommands) {
            #expect(command.configuration.discussion.contains("refinectl "), "\(command)")
        }
    }
}
