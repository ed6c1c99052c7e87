import Foundation
import Testing

@testable import ReferenceTraining

/// The file of token sequences, and the order that batches take them in.
struct TokenSequencesTests {
    @Test("what is written is read", arguments: [[2], [3, 2], [5, 2, 1_000, 4]])
    func roundTrip(lengths: [Int]) throws {
        try Fixture.withFolder { folder in
            var writer = try TokenSequencesWriter(path: folder + "/t", vocabulary: 2_000)
            var expected: [[Int32]] = []
            for (index, length) in lengths.enumerated() {
                expected.append((0..<Int32(length)).map { ($0 * 7 + Int32(index)) % 2_000 })
                try writer.append(expected[index])
            }
            try writer.finish()
            let read = try TokenSequences(path: folder + "/t")
            #expect(read.count == lengths.count)
            #expect(read.vocabulary == 2_000)
            #expect(read.tokenCount == lengths.reduce(0, +))
            #expect(read.predictedCount == lengths.reduce(0, +) - lengths.count)
            #expect(read.longest == lengths.max())
            for (index, ids) in expected.enumerated() {
                #expect(read.withSequence(index) { $0.map { Int32($0) } } == ids)
                #expect(read.length(index) == ids.count)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["t"])
        }
    }

    @Test("a writer that is not finished leaves no file")
    func unfinished() throws {
        try Fixture.withFolder { folder in
            do {
                var writer = try TokenSequencesWriter(path: folder + "/t", vocabulary: 9)
                try writer.append([1, 2, 3])
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test("ids that are no sequence are not written", arguments: [[], [1], [1, 9], [1, -1]])
    func badSequences(ids: [Int32]) throws {
        try Fixture.withFolder { folder in
            var writer = try TokenSequencesWriter(path: folder + "/t", vocabulary: 9)
            var isRefused = false
            do { try writer.append(ids) } catch { isRefused = true }
            #expect(isRefused)
        }
    }

    @Test("a file that is cut, longer, or has a flipped bit is refused")
    func damaged() throws {
        try Fixture.withFolder { folder in
            _ = try Fixture.sequences(folder + "/t", vocabulary: 50, lengths: [3, 4, 6])
            let url = URL(fileURLWithPath: folder + "/t")
            let good = try Data(contentsOf: url)
            var bad = (0..<good.count).map { good.prefix($0) }
            bad.append(good + [0])
            for place in 0..<good.count {
                var flipped = good
                flipped[place] ^= 0x41
                bad.append(flipped)
            }
            for data in bad {
                try data.write(to: url)
                #expect(throws: TrainingError.self) { try TokenSequences(path: url.path) }
            }
        }
    }

    @Test("lengths and ids that a checksum was made for are checked all the same")
    func consistentLies() throws {
        try Fixture.withFolder { folder in
            _ = try Fixture.sequences(folder + "/t", vocabulary: 50, lengths: [4, 4])
            let good = try Data(contentsOf: URL(fileURLWithPath: folder + "/t"))
            // An id beyond the vocabulary; a sequence of one id; ends that fall; counts that overflow.
            let lies: [(Int, UInt64)] = [
                (64, 50), (96, 1), (96, 9), (104, 7), (16, .max), (24, .max), (24, 1 << 61),
                (8, .max),
            ]
            for (place, value) in lies {
                var bytes = [UInt8](good)
                withUnsafeBytes(of: value.littleEndian) {
                    bytes.replaceSubrange(place..<place + 8, with: $0)
                }
                let path = folder + "/lie"
                try Self.write(bytes, to: path)
                #expect(throws: TrainingError.self) { try TokenSequences(path: path) }
            }
        }
    }

    /// Writes the file with the checksum that its bytes should have.
    private static func write(_ bytes: [UInt8], to path: String) throws {
        var file = try DurableFile(path: path)
        try file.append([UInt8](bytes[..<64]))
        file.restartDigest()
        try file.append([UInt8](bytes[64...]))
        try file.overwrite(file.digest(with: [UInt8](bytes[..<32])), at: 32)
        try file.commit()
    }

    @Test("a full disk is named with what to do, and nothing is left behind")
    func fullDisk() throws {
        try Fixture.withFolder { folder in
            let path = folder + "/full"
            // What is written to it finds no room.
            try FileManager.default.createSymbolicLink(
                atPath: path + ".part", withDestinationPath: "/dev/full")
            let error = #expect(throws: TrainingError.self) {
                try DurableFile.write([1, 2, 3], to: path)
            }
            #expect(error?.message.hasSuffix("No space left on device") == true)
            #expect(error?.hint == "make room on its disk; the same command goes on")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test("an epoch takes every sequence once, and batches do not exceed their size")
    func epochs() {
        let lengths = (0..<40).map { Int32(1 + $0 * 13 % 60) }
        var order = BatchOrder(seed: 3, batchTokens: 100, lengths: lengths)
        var taken: [Int] = []
        while taken.count < 80 {
            let batch = order.next()
            #expect(!batch.isEmpty && batch.reduce(0) { $0 + Int(lengths[$1]) } <= 100)
            taken += batch
        }
        #expect(Set(taken[..<40]) == Set(0..<40))
        #expect(Set(taken[40..<80]) == Set(0..<40))
        #expect(Array(taken[..<40]) != Array(taken[40..<80]))
    }
}
