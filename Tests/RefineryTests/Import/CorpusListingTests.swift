import Foundation
import Refinery
import Testing

@Suite struct CorpusListingTests {
    /// A folder of empty files that is gone after the test.
    private func withFolder(_ files: [String], _ body: (String) throws -> Void) throws {
        let root = FileManager.default.temporaryDirectory
            .appendingPathComponent("corpus-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        for file in files {
            let url = root.appendingPathComponent(file)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: url)
        }
        try body(root.path)
    }

    @Test func foldersAreListedInByteOrderWithRelativeNames() throws {
        let files = [
            "b.txt", "a/z.jsonl", "a.jsonl", "a/b/c.jsonl.gz", "Z.jsonl.zst", "readme.md", "a/x.gz",
        ]
        try withFolder(files) { root in
            // A link around: must not be followed for ever.
            try FileManager.default.createSymbolicLink(
                atPath: root + "/a/loop", withDestinationPath: root)
            let listing = try CorpusListing(paths: [root + "/"], hasCorpus: false)
            #expect(
                listing.sources.map(\.displayName) == [
                    "Z.jsonl.zst", "a.jsonl", "a/b/c.jsonl.gz", "a/z.jsonl", "b.txt",
                ])
            #expect(listing.sources.map(\.format) == [.jsonl, .jsonl, .jsonl, .jsonl, .text])
            #expect(listing.sources.map(\.compression) == [.zstd, .none, .gzip, .none, .none])
            #expect(listing.sources[2].path == root + "/a/b/c.jsonl.gz")
            #expect(listing.skipped == [root + "/a/x.gz", root + "/readme.md"])
            let named = try CorpusListing(paths: [root + "/a.jsonl", "-"], hasCorpus: true)
            #expect(named.sources.map(\.displayName) == [root + "/a.jsonl", "-"])
            #expect(named.sources[1].isStandardInput)
        }
    }

    @Test func `names that others give JSONL are taken, hidden ones and manifests are not`() throws
    {
        let files = [
            "a.ndjson", "b.json", "c.json.gz", "d.ndjson.zst", ".e.jsonl", ".git/f.jsonl",
            "g.jsonl.manifest.json",
        ]
        try withFolder(files) { root in
            let listing = try CorpusListing(paths: [root], hasCorpus: false)
            #expect(
                listing.sources.map(\.displayName) == [
                    "a.ndjson", "b.json", "c.json.gz", "d.ndjson.zst",
                ])
            #expect(listing.sources.map(\.compression) == [.none, .none, .gzip, .zstd])
            #expect(listing.sources.allSatisfy { $0.format == .jsonl })
            #expect(listing.skipped == [root + "/g.jsonl.manifest.json"])
            let named = try CorpusListing(paths: [root + "/.e.jsonl"], hasCorpus: false)
            #expect(named.sources.count == 1)
        }
    }

    @Test func whatCannotBeImportedIsNamed() throws {
        try withFolder(["only/readme.md"]) { root in
            for (path, expected) in [
                (root + "/none.jsonl", "No such file"), (root + "/only/readme.md", "suffix"),
                (root + "/only", "readme.md"),
            ] {
                let error = #expect(throws: RefineryError.self) {
                    try CorpusListing(paths: [path], hasCorpus: true)
                }
                #expect(error?.message.contains(path) == true)
                #expect(error?.message.contains(expected) == true)
            }
            #expect(throws: RefineryError.self) {
                try CorpusListing(paths: ["-"], hasCorpus: false)
            }
        }
    }
}
