import Foundation
import Testing

@testable import Parquet

/// Random damage to the fixtures: PARQUET_FUZZ cases of it, PARQUET_FUZZ_SEED the seed.
///
/// Case n of a seed is the same on every machine. A crash ends the run; PARQUET_FUZZ_FIRST begins
/// with a later case, and with PARQUET_FUZZ_KEEP each case's file is written there before it is
/// read, so that the last one is what crashed. A case of more than 10 s is a hang.
@Suite struct FuzzTests {
    private static func variable(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    @Test("damaged fixtures are read or refused")
    func damaged() throws {
        let cases = Self.variable("PARQUET_FUZZ") ?? 3000
        let seed = UInt64(Self.variable("PARQUET_FUZZ_SEED") ?? 20_261_129)
        let keep = ProcessInfo.processInfo.environment["PARQUET_FUZZ_KEEP"]
        let seeds = try Fixture.names.map { try Fixture.bytes($0) }.filter { $0.count < 32_000 }
        let file = ScratchFile()
        var (read, slowest, slowestCase) = (0, Duration.zero, 0)
        let first = Self.variable("PARQUET_FUZZ_FIRST") ?? 0
        for index in first..<first + cases {
            var random = FuzzRandom(seed: seed, index: UInt64(index))
            let bytes = Self.damage(seeds, &random)
            file.replace(with: bytes)
            if let keep { try Data(bytes).write(to: URL(fileURLWithPath: keep)) }
            let clock = ContinuousClock()
            let took = clock.measure { if HostileTests.read(file.path) == nil { read += 1 } }
            if took > slowest { (slowest, slowestCase) = (took, index) }
            #expect(took < .seconds(10), "case \(index) of seed \(seed)")
        }
        // Some get through, so that it is not all refused at the door.
        #expect(read > 0)
        if cases > 3000 {
            print(
                "parquet fuzz: \(cases) cases of seed \(seed), \(read) read whole, the slowest "
                    + "(\(slowestCase)) took \(slowest)")
        }
    }

    /// A fixture, changed in one to four ways.
    private static func damage(_ seeds: [[UInt8]], _ random: inout FuzzRandom) -> [UInt8] {
        var bytes = seeds[random.below(seeds.count)]
        let other = seeds[random.below(seeds.count)]
        for _ in 0...random.below(4) where bytes.count > 16 {
            // Half of all damage is done to the metadata, which stand at the end.
            let footer = min(bytes.count - 8, 12 + Int(bytes[bytes.count - 8]) << 4)
            let isFooter = random.below(2) == 0
            let at = isFooter ? bytes.count - 8 - random.below(footer) : random.below(bytes.count)
            switch random.below(8) {
            case 0: bytes[at] ^= 1 << UInt8(random.below(8))
            case 1: bytes[at] = [0, 1, 0x7F, 0x80, 0xFF, UInt8(random.below(256))][random.below(6)]
            case 2:
                let edge = [0, 1, -1, Int(Int32.max), Int(Int32.min), Int.max, 1 << 31, 1 << 40]
                withUnsafeBytes(of: edge[random.below(edge.count)].littleEndian) { value in
                    for index in 0..<min(1 + random.below(8), bytes.count - at) {
                        bytes[at + index] = value[index]
                    }
                }
            case 3: bytes.removeSubrange(at..<min(bytes.count, at + 1 + random.below(32)))
            case 4: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 20)], at: at)
            case 5:
                let from = random.below(other.count)
                let piece = other[from..<min(other.count, from + 1 + random.below(64))]
                bytes.replaceSubrange(at..<min(bytes.count, at + piece.count), with: piece)
            case 6:
                // Varints of Thrift: their high bits set or cleared.
                for index in at..<min(bytes.count, at + 1 + random.below(9)) {
                    bytes[index] |= 0x80
                }
            default: for _ in 0..<4 { bytes[random.below(bytes.count)] &+= 1 }
            }
        }
        // The end as it was lets most of them through the door.
        if random.below(8) > 0 { restoreEnd(&bytes) }
        return bytes
    }

    /// Puts the magic number to both ends.
    private static func restoreEnd(_ bytes: inout [UInt8]) {
        let magic = Array("PAR1".utf8)
        guard bytes.count >= 12 else { return }
        bytes.replaceSubrange(0..<4, with: magic)
        bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: magic)
    }
}

/// Numbers that a seed decides: SplitMix64 (Steele, Lea and Flood 2014).
private struct FuzzRandom {
    private var state: UInt64

    init(seed: UInt64, index: UInt64) {
        state = seed &* 0xD134_2543_DE82_EF95 ^ index &* 0x9E37_79B9_7F4A_7C15
        _ = below(1)
    }

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ mixed >> 31) % UInt64(max(1, bound)))
    }
}
