import ArgumentParser
import Foundation
import Refinery
import Testing

@testable import refineryd

struct ConfigurationTests {
    @Test func `an empty file gives the defaults`() throws {
        #expect(try Configuration(toml: "") == Configuration())
    }

    @Test func `the shipped file states the defaults`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let shipped = root.appendingPathComponent("config/refineryd.toml").path
        #expect(try Configuration(file: shipped) == Configuration())
    }

    @Test func `what check-config prints reads back to the same values`() throws {
        var configuration = Configuration()
        configuration.store = "/a \"b\"\\c\u{7}\n/ü.db"
        configuration.batchSeconds = 2.5
        configuration.teacher = ModelReference(
            path: "/m/t.gguf", context: "<|endoftext|>", pre: "gpt-2",
            ignoredConfig: ["a \"b\"", "c"])
        configuration.referenceEngine = EngineReference(
            kind: "vllm", urls: ["https://a:1", "https://b/p"], model: "Qwen/\"x\"")
        configuration.referenceEngine.tokenizer = "/t"
        configuration.referenceEngine.revision = "sha256:1"
        configuration.referenceEngine.keyFile = "/k"
        configuration.referenceEngine.allowsPlainHTTP = true
        #expect(try Configuration(toml: configuration.description) == configuration)
    }

    @Test func `a served model needs an engine, a tokenizer and a revision`() throws {
        let native = "[reference]\npath = 'r'\n"
        func problems(_ teacher: String) throws -> [String] {
            try Configuration(toml: "[teacher]\n\(teacher)\n\(native)").problems
        }
        let whole = """
            engine = 'vllm'
            url = ['https://gpu7.lan:8000', 'https://gpu8.lan:8000']
            model = 'Qwen/Qwen2.5-7B'
            tokenizer = '/models/q'
            revision = 'sha256:1'
            """
        #expect(try problems(whole) == [])
        #expect(try problems(whole + "\ntokens_in_flight = 1").count == 1)
        for (wrong, words) in [
            ("path = 't'\n" + whole, "both path and engine"),
            ("model = 'm'\npath = 't'", "no engine"),
            (whole.replacing("tokenizer", with: "api_key_file"), "no tokenizer"),
            (whole.replacing("revision = 'sha256:1'", with: ""), "no revision"),
            (whole.replacing("'vllm'", with: "'tgi'"), "tgi"),
            (whole.replacing("https://gpu7", with: "https://me:pass@gpu7"), "password"),
            (whole.replacing("gpu8", with: "gpu7"), "twice"),
            (
                whole.replacing("https:", with: "http:") + "\napi_key_file = '/k'",
                "allow_plain_http"
            ),
        ] {
            let found = try problems(wrong)
            #expect(found.count == 1 && found[0].contains(words), "\(found)")
            #expect(!found.joined().contains("pass@"))
        }
        let pipeline = try Configuration(toml: "[teacher]\n\(whole)\n\(native)").pipeline
        #expect(pipeline.teacher.engine?.urls.count == 2 && pipeline.reference.engine == nil)
    }

    @Test func `an address on the command line takes the place of a path, and a path that of it`()
        throws
    {
        let folder = try TemporaryFolder()
        let file = folder.path("c.toml")
        try
            "[teacher]\ntokenizer = '/t'\nrevision = 'r'\nengine = 'sglang'\nurl = ['http://a']\nmodel = 'n'\n"
            .write(toFile: file, atomically: true, encoding: .utf8)
        let environment = ["REFINERY_CONFIG": file]
        let served = try ConfigurationOptions.parse([
            "--teacher", "vllm+http://localhost:8000/Qwen/Q", "--reference", "r",
        ]).effective(environment: environment)
        #expect(served.teacherEngine.kind == "vllm" && served.teacherEngine.model == "Qwen/Q")
        #expect(served.teacherEngine.tokenizer == "/t" && served.teacher.path.isEmpty)
        let native = try ConfigurationOptions.parse(["--teacher", "t", "--reference", "r"])
            .effective(environment: environment)
        #expect(native.pipeline.teacher.engine == nil && native.teacher.path == "t")
    }

    @Test func `every unknown key and wrong type is listed, near misses are suggested`() throws {
        let text = """
            stroe = "x"
            max_tokens = "a"
            nice = 3.5
            frobnicate = 1
            [teacher]
            path = 3
            contxt = "none"
            ignore_config = ["a", 1]
            """
        let error = #expect(throws: ConfigurationError.self) { try Configuration(toml: text) }
        #expect(
            error?.problems == [
                "max_tokens must be an integer, found string",
                "nice must be an integer, found floating-point number",
                "teacher.path must be a string, found integer",
                "teacher.ignore_config must be a list of strings, found array",
                "unknown key teacher.contxt (did you mean teacher.context?)",
                "unknown key frobnicate",
                "unknown key stroe (did you mean store?)",
            ])
    }

    @Test func `a syntax error names its line and column`() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try Configuration(toml: "threads = 1\nstore = \"x")
        }
        #expect(error?.problems.first?.hasPrefix("line 2, column") == true)
    }

    @Test func `every value out of range is listed`() {
        var configuration = Configuration()
        configuration.maxTokens = 1
        configuration.nice = 40
        configuration.batchSeconds = .nan
        configuration.socket = String(repeating: "s", count: 108)
        configuration.logLevel = "loud"
        // Those five, and the two models that are not named.
        #expect(configuration.problems.count == 7)
    }

    @Test func `the command line goes over the environment, and that over the file`() throws {
        let folder = try TemporaryFolder()
        let file = folder.path("c.toml")
        try "socket = '/file'\nthreads = 3\n".write(
            toFile: file, atomically: true, encoding: .utf8)
        let environment = ["REFINERY_CONFIG": file, "REFINERY_SOCKET": "/environment"]
        var options = try ConfigurationOptions.parse(["--teacher", "t", "--reference", "r"])
        #expect(try options.effective(environment: environment).socket == "/environment")
        options.socket = "/line"
        let effective = try options.effective(environment: environment)
        #expect(effective.socket == "/line")
        #expect(effective.threads == 3)
    }
}
