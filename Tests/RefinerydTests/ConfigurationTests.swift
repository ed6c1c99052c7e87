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
        #expect(try Configuration(toml: configuration.description) == configuration)
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
