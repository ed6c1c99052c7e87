import NIOSSL
import Testing

@testable import ScoringEngines

@Suite(.timeLimit(.minutes(1))) struct EngineTLSTests {
    static func context() throws -> NIOSSLContext {
        let certificate = try NIOSSLCertificate(bytes: Array(certificate.utf8), format: .pem)
        let key = try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: [.certificate(certificate)], privateKey: .privateKey(key)))
    }

    @Test func aCertificateOfANamedAuthorityIsTaken() async throws {
        let scores = try await EngineKeyTests.withFile(Self.authority, mode: 0o644) { path in
            try await EngineClientTests.withClient(
                authorityFile: path, tls: try Self.context()
            ) { client, _ in
                try await client.score([[5, 6]])
            }
        }
        #expect(scores.map(\.logProbs) == [EngineAnswers.logProbs([5, 6])])
    }

    @Test func aCertificateOfAnUnknownAuthorityIsRefused() async throws {
        let error = await #expect(throws: EngineError.self) {
            try await EngineClientTests.withClient(tls: try Self.context()) { client, _ in
                try await client.score([[5, 6]])
            }
        }
        #expect(error?.kind == .refused)
        #expect(error?.message.contains("certificate") == true)
    }

    @Test func aCertificateOfAnotherHostIsRefused() async throws {
        try await EngineKeyTests.withFile(Self.authority, mode: 0o644) { path in
            try await EngineClientTests.withClient(
                authorityFile: path, tls: try Self.context()
            ) { client, server in
                // The same server by its address, which the certificate does not name.
                let other = EngineClient(
                    url: try EngineURL(server.url.replacing("localhost", with: "127.0.0.1")),
                    kind: .vllm, model: "m", transport: client.transport)
                let error = await #expect(throws: EngineError.self) {
                    try await other.score([[5, 6]])
                }
                #expect(error?.kind == .refused)
            }
        }
    }

    @Test func aFileWithoutCertificatesIsRefused() async throws {
        try await EngineKeyTests.withFile("no certificate", mode: 0o644) { path in
            _ = #expect(throws: EngineError.self) { try EngineTransport(authorityFile: path) }
        }
        #expect(throws: EngineError.self) { try EngineTransport(authorityFile: "/nonexistent") }
    }

    // Made by openssl for these tests alone, for "localhost", valid for a hundred years.
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBmzCCAUGgAwIBAgIUBiNayRSVZXPw+bVMronjqeMCA8EwCgYIKoZIzj0EAwIw
        IjEgMB4GA1UEAwwXcmVmaW5lcnkgdGVzdCBhdXRob3JpdHkwIBcNMjYxMTI5MTkw
        OTUwWhgPMjEyNjExMDUxOTA5NTBaMCIxIDAeBgNVBAMMF3JlZmluZXJ5IHRlc3Qg
        YXV0aG9yaXR5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAELPaTthyLJ1VCURYN
        VVNy9GZ7KeVVTnMPBBF+ty7skmE8upa8wQpGmDbZT/WcJ65r1+pMMJwXEyJWCu/Z
        nSlFX6NTMFEwHQYDVR0OBBYEFJvqTMSH7uafcOw8g6mXPZ1XT8kZMB8GA1UdIwQY
        MBaAFJvqTMSH7uafcOw8g6mXPZ1XT8kZMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZI
        zj0EAwIDSAAwRQIgTCvfSAU6Nsn9OP5FLB63Vug3OAD72aGmBTtxbPxTvX8CIQC3
        k5y2ElEI3VCcZE976XqVdtqfUpne4l6GS5K4T8+m8A==
        -----END CERTIFICATE-----
        """

    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBsjCCAVigAwIBAgIUNU0Io1MVja2UUgcOoJz9BQly1eUwCgYIKoZIzj0EAwIw
        IjEgMB4GA1UEAwwXcmVmaW5lcnkgdGVzdCBhdXRob3JpdHkwIBcNMjYxMTI5MTkw
        OTUwWhgPMjEyNjExMDUxOTA5NTBaMBQxEjAQBgNVBAMMCWxvY2FsaG9zdDBZMBMG
        ByqGSM49AgEGCCqGSM49AwEHA0IABMy+tIRBNvFalrng7kdZ+4jzQwKZW87DGpq3
        QuQLiEhctt6JJitS1ycUjzTfeLbBNR9wGW92M/0ysHKVrZ0mZ6ujeDB2MBQGA1Ud
        EQQNMAuCCWxvY2FsaG9zdDAJBgNVHRMEAjAAMBMGA1UdJQQMMAoGCCsGAQUFBwMB
        MB0GA1UdDgQWBBSeMf6mMwoqLjTPdlz7/xPbwBI23zAfBgNVHSMEGDAWgBSb6kzE
        h+7mn3DsPIOplz2dV0/JGTAKBggqhkjOPQQDAgNIADBFAiEAi0/ABvvF1SgRy3tA
        1qtwqjokpNkJhXoBSr3uxeRMOsgCIFkLb4U3TenxZuFUEShwDieamda864N/gYaU
        H4aFjGyT
        -----END CERTIFICATE-----
        """

    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzCnVuv6jfNeNJM2R
        fXjhADTaZj7772df4kSYRD80KVehRANCAATMvrSEQTbxWpa54O5HWfuI80MCmVvO
        wxqat0LkC4hIXLbeiSYrUtcnFI8033i2wTUfcBlvdjP9MrByla2dJmer
        -----END PRIVATE KEY-----
        """
}
