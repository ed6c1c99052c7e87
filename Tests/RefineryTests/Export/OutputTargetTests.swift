import Foundation
import Testing

@testable import Refinery

/// No output replaces a file that is in use.
struct OutputTargetTests {
    @Test func `an input is refused under every name that it has`() throws {
        let test = try TestStore()
        func path(_ name: String) -> String { test.folder.appendingPathComponent(name).path }
        try "text".write(toFile: path("corpus.jsonl"), atomically: true, encoding: .utf8)
        #expect(link(path("corpus.jsonl"), path("hard.jsonl")) == 0)
        try FileManager.default.createSymbolicLink(
            atPath: path("soft.jsonl"), withDestinationPath: "corpus.jsonl")
        var target = OutputTarget()
        target.protect(path("corpus.jsonl"), as: "the corpus file")
        for name in ["corpus.jsonl", "hard.jsonl", "soft.jsonl", "./corpus.jsonl"] {
            let error = #expect(throws: RefineryError.self) { try target.check(path(name)) }
            #expect(error?.message.contains("it is the corpus file") == true, "\(name)")
        }
        try target.check(path("other.jsonl"))
    }

    @Test func `a store is refused with its files, also where they are not there yet`() throws {
        let test = try TestStore()
        let later = test.folder.appendingPathComponent("later.db").path
        var target = OutputTarget()
        target.protect(store: test.path)
        target.protect(store: later)
        for path in [test.path, later] {
            for suffix in ["", "-wal", "-shm", "-journal", ".lock"] {
                #expect(throws: RefineryError.self) { try target.check(path + suffix) }
            }
        }
    }

    @Test func `a database, a model and a socket are refused by what they are`() throws {
        let test = try TestStore()
        func path(_ name: String) -> String { test.folder.appendingPathComponent(name).path }
        try Data("GGUF\u{3}\0\0\0".utf8).write(to: URL(fileURLWithPath: path("a")))
        try Data([16, 0, 0, 0, 0, 0, 0, 0] + Array("{\"a\":{}}      ".utf8))
            .write(to: URL(fileURLWithPath: path("b")))
        try Data("{\"text\":\"an earlier export\"}\n".utf8)
            .write(to: URL(fileURLWithPath: path("c")))
        let target = OutputTarget()
        for (name, kind) in [("a", "GGUF"), ("b", "safetensors")] {
            let error = #expect(throws: RefineryError.self) { try target.check(path(name)) }
            #expect(error?.message.contains(kind) == true)
        }
        #expect(throws: RefineryError.self) { try target.check(test.path) }
        try target.check(test.path, isStore: true)
        try target.check(path("c"))
    }

    @Test func `every file of a model is refused`() throws {
        let test = try TestStore()
        let folder = test.folder.appendingPathComponent("model")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in ["config.json", "tokenizer.json"] {
            try Data("{}".utf8).write(to: folder.appendingPathComponent(name))
        }
        var target = OutputTarget()
        target.protect(model: folder.path, as: "the teacher")
        let error = #expect(throws: RefineryError.self) {
            try target.check(folder.appendingPathComponent("config.json").path)
        }
        #expect(error?.message.contains("the teacher's file") == true)
    }

    @Test func `a symbolic link stays, and the file that it leads to is written`() throws {
        let test = try TestStore()
        func path(_ name: String) -> String { test.folder.appendingPathComponent(name).path }
        for name in ["here", "not-there-yet"] {
            if name == "here" { try Data("old".utf8).write(to: URL(fileURLWithPath: path(name))) }
            try FileManager.default.createSymbolicLink(
                atPath: path(name + ".link"), withDestinationPath: name)
            let writer = try OutputWriter(path: path(name + ".link"))
            try writer.write(Array("new".utf8))
            _ = try writer.finish()
            #expect(
                try FileManager.default.destinationOfSymbolicLink(atPath: path(name + ".link"))
                    == name)
            #expect(try String(contentsOfFile: path(name), encoding: .utf8) == "new")
        }
    }

    @Test func `a name as long as the file system takes can be written`() throws {
        let test = try TestStore()
        let path = test.folder.appendingPathComponent(String(repeating: "x", count: 255)).path
        let writer = try OutputWriter(path: path)
        try writer.write(Array("new".utf8))
        _ = try writer.finish()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
    }
}
