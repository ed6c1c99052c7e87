import CZstd
import Foundation
import Synchronization
import Testing

@testable import Refinery

/// Memory is asked for before a long line or a large window is taken in, and given back after.
struct LineAdmissionTests {
    /// Counts what is held.
    private final class Ledger: Sendable {
        let asked = Mutex<[Int]>([])
        let held = Atomic(0)

        final class Share: Sendable {
            let ledger: Ledger
            init(_ ledger: Ledger) { self.ledger = ledger }
            deinit { ledger.held.subtract(1, ordering: .relaxed) }
        }

        func take(_ bytes: Int) -> any Sendable {
            asked.withLock { $0.append(bytes) }
            held.add(1, ordering: .relaxed)
            return Share(self)
        }
    }

    private func job(
        _ test: TestStore, _ ledger: Ledger, _ change: (inout Importer.Options) -> Void = { _ in }
    ) throws -> ImportJob {
        var options = Importer.Options()
        options.maxLineBytes = 20 << 20
        change(&options)
        var job = try ImportJob(
            store: test.store, corpus: "c", file: "f", options: options, replace: false)
        job.admit = { ledger.take($0) }
        return job
    }

    private func line(_ id: String, _ bytes: Int) -> [UInt8] {
        Array("{\"id\":\"\(id)\",\"text\":\"\(String(repeating: "a", count: bytes))\"}\n".utf8)
    }

    /// Feeds in pieces of 64 KiB, as the daemon does; the most that was held at once.
    private func feed(_ bytes: [UInt8], _ job: inout ImportJob, _ ledger: Ledger) throws -> Int {
        var most = 0
        for start in stride(from: 0, to: bytes.count, by: 1 << 16) {
            try bytes[start..<min(start + 1 << 16, bytes.count)].withUnsafeBytes {
                try job.feed($0)
            }
            most = max(most, ledger.held.load(ordering: .relaxed))
        }
        return most
    }

    @Test func `ordinary lines ask for nothing, a long one once, and it is given back`() throws {
        let test = try TestStore()
        let ledger = Ledger()
        var job = try job(test, ledger)
        let bytes =
            line("a", 100) + line("b", 3 << 20) + line("c", 9 << 20) + line("d", 100)
            + line("e", 5 << 20) + line("f", 25 << 20) + line("g", 10)
        #expect(try feed(bytes, &job, ledger) == 1)
        let summary = try job.finish()
        #expect(summary.added == 6 && summary.rejected == 1)
        #expect(ledger.asked.withLock { $0 } == [20 << 20, 20 << 20, 20 << 20])
        #expect(ledger.held.load(ordering: .relaxed) == 0)
    }

    @Test func `a long text file asks once`() throws {
        let test = try TestStore()
        let ledger = Ledger()
        var job = try job(test, ledger) { $0.format = .text }
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 6 << 20)
        #expect(try feed(text, &job, ledger) == 1)
        #expect(try job.finish().added == 1)
        #expect(ledger.held.load(ordering: .relaxed) == 0)
    }

    private func compress(_ bytes: [UInt8], windowLog: Int32) -> [UInt8] {
        let context = ZSTD_createCCtx()
        defer { ZSTD_freeCCtx(context) }
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, windowLog)
        ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0)
        var result = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
        var written = 0
        result.withUnsafeMutableBytes { output in
            bytes.withUnsafeBytes { input in
                // Without the size of the content the window stands in the header.
                var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
                var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
                while ZSTD_compressStream2(context, &target, &source, ZSTD_e_continue) != 0 {
                    if source.pos == source.size { break }
                }
                while ZSTD_compressStream2(context, &target, &source, ZSTD_e_end) != 0 {}
                written = target.pos
            }
        }
        return Array(result.prefix(written))
    }

    @Test func `a large zstd window is asked for together with its lines`() throws {
        let bytes = line("a", 5 << 20) + line("b", 10)
        for (windowLog, asked) in [(20, [20 << 20]), (26, [(20 << 20) + (1 << 26) / 4])] {
            let test = try TestStore()
            let ledger = Ledger()
            var job = try job(test, ledger) { $0.compression = .zstd }
            let most = try feed(compress(bytes, windowLog: Int32(windowLog)), &job, ledger)
            #expect(most <= 1)
            #expect(try job.finish().added == 2)
            #expect(ledger.asked.withLock { $0 } == asked)
        }
    }

    @Test func `the header of a frame tells its window`() {
        func window(_ bytes: [UInt8]) -> Int? { bytes.withUnsafeBytes(ZstdStream.window) }
        let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
        #expect(window(magic + [0x00, 0x00, 0, 0]) == 1024)
        #expect(window(magic + [0x00, 17 << 3 | 1, 0, 0]) == (1 << 27) + (1 << 24))
        #expect(window(magic + [0x20, 200, 0, 0]) == 200)
        #expect(window(magic + [0x60, 0, 1, 0]) == 512)
        #expect(window(magic + [0xA3, 1, 2, 3, 4, 0, 0, 0, 8]) == 1 << 27)
        #expect(window([0x51, 0x2A, 0x4D, 0x18, 1, 0]) == 0)
        #expect(window(magic + [0x60]) == nil)
        #expect(window(magic) == nil)
    }
}
