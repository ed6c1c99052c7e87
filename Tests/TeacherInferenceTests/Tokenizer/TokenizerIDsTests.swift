import Foundation
import Testing

@testable import TeacherInference

/// Ids against those of PyPI's tokenizers, committed by scripts/judges.
@Suite struct TokenizerIDsTests {
    @Test func `ids of the reference tokenizer are those of the judge`() throws {
        let tokenizer = try TokenizerFixtures.reference.get()
        var texts = 0
        for line in try TokenizerFixtures.lines("ids.jsonl") {
            guard let text = line["text"]?.bytes else { continue }
            let expected = try #require(line["ids"]?.array).compactMap(\.integer)
            #expect(tokenizer.encode(text).map(Int.init) == expected, "\(text)")
            texts += 1
        }
        #expect(texts > 80)
    }

    @Test func `a word of a million bytes takes less than two seconds and has the right ids`()
        throws
    {
        let tokenizer = try TokenizerFixtures.reference.get()
        for line in try TokenizerFixtures.lines("ids.jsonl") {
            guard let unit = line["repeat"]?.bytes, let count = line["count"]?.integer else {
                continue
            }
            let text = Array(repeatElement(unit, count: count).joined())
            let clock = ContinuousClock()
            var ids: [TokenID] = []
            // Twice, and the better: a busy machine must not fail the test.
            let times = (0..<2).map { _ in clock.measure { ids = tokenizer.encode(text) } }
            #if !DEBUG
                #expect(
                    times[0] < .seconds(2) || times[1] < .seconds(2), "\(unit) × \(count): \(times)"
                )
            #endif
            var digest: UInt64 = 14_695_981_039_346_656_037
            for id in ids { digest = (digest ^ UInt64(id)) &* 1_099_511_628_211 }
            #expect(ids.count == line["tokens"]?.integer)
            #expect(String(digest) == line["fnv1a"]?.text)
        }
    }

    @Test func `every component of tokenizer json gives the ids of the judge`() throws {
        let lines = try TokenizerFixtures.lines("components.jsonl")
        #expect(lines.count > 60)
        for line in lines {
            let name = line["name"]?.text ?? ""
            let definition = try #require(line["definition"])
            let tokenizer = try TokenizerJSON(root: definition, source: name)
                .tokenizer()
            let texts = try #require(line["texts"]?.array).compactMap(\.bytes)
            let expected = try #require(line["ids"]?.array)
            for (text, ids) in zip(texts, expected) {
                let found = tokenizer.encodeWithEnds(text)
                #expect(
                    found.ids.map(Int.init) == ids.array?.compactMap(\.integer),
                    "\(name): \(String(decoding: text, as: UTF8.self))")
                #expect(found.ids == tokenizer.encode(text))
                #expect(found.ends == found.ends.sorted() && found.ends.count == found.ids.count)
                #expect(found.ids.isEmpty || found.ends.last == text.count)
            }
        }
    }

    @Test func `a million blanks that each strip the others take less than two seconds`() throws {
        let json = TokenizerFixtures.smallJSON([
            "added_tokens": #"[{"id": 4, "content": " ", "lstrip": true, "rstrip": true}]"#
        ])
        let tokenizer = try ByteLevelBPE(tokenizerJSON: json, configJSON: nil, source: "t")
        let text = Array("a\(String(repeating: " ", count: 1_000_001))b".utf8)
        var ids: [TokenID] = []
        // Twice, and the better: a busy machine must not fail the test.
        let times = (0..<2).map { _ in ContinuousClock().measure { ids = tokenizer.encode(text) } }
        #if !DEBUG
            #expect(times.contains { $0 < .seconds(2) }, "\(times)")
        #endif
        #expect(ids == [0, 4, 1])
    }

    @Test func `control tokens spelled out stay text`() throws {
        let tokenizer = try TokenizerFixtures.reference.get()
        let text = Array("<|endoftext|><|im_start|>".utf8)
        let ids = tokenizer.encode(text)
        #expect(tokenizer.id(ofToken: "<|endoftext|>") == 0)
        #expect(ids.allSatisfy { $0 > 16 })
        #expect(tokenizer.decode(ids) == text)
    }

    @Test func `decoding gives random text back and the ends lie where the tokens end`() throws {
        let tokenizer = try TokenizerFixtures.reference.get()
        var generator = SystemRandomNumberGenerator()
        // The vocabulary lacks some bytes, so take scalars whose bytes it has.
        for _ in 0..<300 {
            var text = ""
            for _ in 0..<Int.random(in: 0..<80, using: &generator) {
                let limit: UInt32 = [0x80, 0x800, 0x10000, 0x40000].randomElement() ?? 0x80
                guard let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit)),
                    ![4, 6, 0x13, 0x14, 0x16, 0x1D].contains(scalar.value)
                else { continue }
                text.unicodeScalars.append(scalar)
            }
            let bytes = Array(text.utf8)
            let (ids, ends) = tokenizer.encodeWithEnds(bytes)
            #expect(tokenizer.decode(ids) == bytes, "\(bytes)")
            var start = 0
            for (id, end) in zip(ids, ends) {
                #expect(tokenizer.decode([id]) == Array(bytes[start..<end]))
                start = end
            }
        }
    }

    @Test func `text that is not UTF-8 is encoded without a crash`() throws {
        let tokenizer = try TokenizerFixtures.reference.get()
        let text: [UInt8] = [0x61, 0xE9, 0x80, 0x20, 0xED, 0xA0, 0x80, 0x62]
        #expect(tokenizer.decode(tokenizer.encode(text)) == text)
    }

    @Test func `many threads get the ids of one`() async throws {
        let tokenizer = try TokenizerFixtures.reference.get()
        let texts = try TokenizerFixtures.lines("ids.jsonl").compactMap { $0["text"]?.bytes }
        let expected = texts.map { tokenizer.encode($0) }
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { texts.map { tokenizer.encode($0) } == expected }
            }
            for await isEqual in group { #expect(isEqual) }
        }
    }
}
