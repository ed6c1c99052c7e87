import Testing

@testable import ScoringEngines

@Suite struct EngineAddressTests {
    @Test(arguments: [
        (
            "vllm+http://host:8000/Qwen/Qwen2.5-7B", EngineKind.vllm, "http://host:8000",
            "Qwen/Qwen2.5-7B"
        ),
        ("vllm+https://gpu7.lan/m", .vllm, "https://gpu7.lan:443", "m"),
        ("sglang+http://127.0.0.1/m", .sglang, "http://127.0.0.1:80", "m"),
        ("SGLang+HTTP://Host:1/m", .sglang, "http://host:1", "m"),
        ("sglang+http://[::1]:30000//models/x", .sglang, "http://[::1]:30000", "/models/x"),
        ("vllm+http://h:8000/a%20b%2Fc%3F", .vllm, "http://h:8000", "a b/c?"),
        ("vllm+http://h:8000/m@2", .vllm, "http://h:8000", "m@2"),
        ("vllm+http://h:8000/%C3%A9", .vllm, "http://h:8000", "é"),
    ])
    func addressesAreParsed(text: String, kind: EngineKind, url: String, model: String) throws {
        let address = try EngineAddress(text)
        #expect(EngineAddress.isAddress(text))
        #expect(address.kind == kind)
        #expect(address.urls.map(\.description) == [url])
        #expect(address.model == model)
        // What is shown can be given again.
        #expect(try EngineAddress(address.description) == address)
    }

    @Test(arguments: [
        ("http://host/m", "form"), ("vllm+ftp://host/m", "neither http nor https"),
        ("ollama+http://host/m", "not known"), ("vllm+http://host:8000", "without a model"),
        ("vllm+http://host:8000/", "without a model"), ("vllm+http:///m", "no host"),
        ("vllm+http://user:secret@host/m", "user or a password"),
        ("vllm+http://user@host/m", "user or a password"),
        ("vllm+http://host:0/m", "port"), ("vllm+http://host:65536/m", "port"),
        ("vllm+http://host:/m", "port"), ("vllm+http://host:8a/m", "port"),
        ("vllm+http://host:+8/m", "port"), ("vllm+http://ho\tst/m", "no host"),
        ("vllm+http://[::1/m", "bracket"), ("vllm+http://[::1]x/m", "no port"),
        ("vllm+http://[zz]/m", "IPv6"), ("vllm+http://h/m?x=1", "query"),
        ("vllm+http://h/m#x", "query"), ("vllm+http://h/m%2", "percent"),
        ("vllm+http://h/m%zz", "percent"), ("vllm+http://h/%FF", "percent"),
        ("vllm+http://h/a%0Ab", "unprintable"), ("models/teacher.gguf", "form"), ("", "form"),
    ])
    func whatIsNoAddressIsRefused(text: String, reason: String) throws {
        let error = try #require(throws: EngineError.self) { try EngineAddress(text) }
        #expect(error.kind == .invalid)
        #expect(error.description.contains(reason), "\(error)")
        #expect(!error.description.contains("secret"))
    }

    @Test func configurationsTakeSeveralURLsAndPrefixes() throws {
        let address = try EngineAddress(
            kind: "vllm", urls: ["https://a:8000", "https://b/own/"], model: "m", prefix: "shared")
        #expect(address.urls.map(\.description) == ["https://a:8000/shared", "https://b:443/own"])
        #expect(try EngineAddress(address.description) == address)
        let prefixed = try EngineAddress(
            kind: "sglang", urls: ["http://a:8000/x"], model: "a b/c")
        #expect(prefixed.description == "sglang+http://a:8000/x a b/c")
        #expect(try EngineAddress(prefixed.description) == prefixed)
        #expect(throws: EngineError.self) { try EngineAddress("vllm+http://a,,http://b m") }
        #expect(throws: EngineError.self) { try EngineAddress("vllm+http://a,http://u:p@b m") }
        for urls in [
            [], ["a:8000"], ["https://a", "https://a:443"], ["https://u:p@a"], ["https://a?x"],
        ] {
            #expect(throws: EngineError.self) {
                try EngineAddress(kind: "vllm", urls: urls, model: "m")
            }
        }
        #expect(throws: EngineError.self) {
            try EngineAddress(kind: "tgi", urls: ["https://a"], model: "m")
        }
    }

    @Test func plainHTTPBeyondThisMachineIsRefusedWithAKeyAndWarnedOfWithout() throws {
        for text in ["localhost", "127.0.0.1", "127.1.2.3", "[::1]", "a.localhost"] {
            let address = try EngineAddress("vllm+http://\(text):8000/m")
            #expect(try address.check(hasKey: true, allowsPlainHTTP: false).isEmpty)
        }
        for text in ["gpu7.lan", "127.0.0.1.example.com", "10.0.0.7", "[fe80::1]", "127.0.0.256"] {
            let address = try EngineAddress("vllm+http://\(text):8000/m")
            #expect(throws: EngineError.self) {
                try address.check(hasKey: true, allowsPlainHTTP: false)
            }
            #expect(
                try address.check(hasKey: false, allowsPlainHTTP: false)
                    == [.plainHTTP(address.urls)])
            #expect(try address.check(hasKey: true, allowsPlainHTTP: true).count == 1)
        }
        let secure = try EngineAddress("vllm+https://gpu7.lan/m")
        #expect(try secure.check(hasKey: true, allowsPlainHTTP: false).isEmpty)
    }
}
