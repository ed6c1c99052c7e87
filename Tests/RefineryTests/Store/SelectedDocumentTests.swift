import Testing

@testable import Refinery

struct SelectedDocumentTests {
    private func filled() throws -> TestStore {
        let test = try TestStore()
        try test.registerModels()
        try test.add([
            .test("a", "one|two|"), .test("b", "three|short|four|", domain: "x"),
            .test("c", "one|two|"), .test("d", "five|fail|"), .test("e", "six|"),
        ])
        try test.chunkAll()
        try test.score()
        return test
    }

    private func rule(_ size: SelectionRule.Size) -> SelectionRule {
        var rule = SelectionRule(size: size)
        rule.unit = .document
        return rule
    }

    @Test func `a document is one row, and one with a failed chunk is no candidate`() throws {
        let test = try filled()
        let made = try test.store.select(rule(.topK(9)))
        #expect(made.candidates == 3 && made.keptChunks == 3 && made.keptDocuments == 3)
        #expect(made.failed == 1 && made.duplicates == 1)
        let rows = try test.export(made.id, .corpus)
        #expect(rows.map { String(decoding: $0.document, as: UTF8.self) } == ["a", "b", "e"])
        #expect(rows.allSatisfy { $0.ordinal == nil && $0.isFinal && $0.range.lowerBound == 0 })
        #expect(String(decoding: rows[1].text, as: UTF8.self) == "three|short|four|")
        for row in rows {
            let difference = (row.referenceNLL - row.teacherNLL) / Double(row.tokens)
            #expect(abs(row.score - difference) < 1e-12)
        }
    }

    @Test func `a selection of documents exports the same once they are deleted`() throws {
        let test = try filled()
        let made = try test.store.select(rule(.topK(9)))
        let rows = try test.export(made.id, .score)
        try test.store.deleteCorpus("default")
        #expect(try test.export(made.id, .score) == rows)
        #expect(try test.store.checkPending().isClean)
        try test.store.deleteSelection(made.id)
        for table in [
            "selection", "selection_document", "chunk", "score", "document", "document_text",
            "file", "corpus",
        ] {
            #expect(try test.count("SELECT count(*) FROM \(table)") == 0, "\(table)")
        }
    }

    @Test func `deleting a selection leaves what others hold, and what is not retired`() throws {
        let test = try filled()
        let both = try test.store.select(rule(.topK(9)))
        let chunks = try test.store.select(SelectionRule(size: .topK(2)))
        let rows = try test.export(chunks.id, .score)
        try test.store.deleteSelection(both.id)
        #expect(try test.store.corpora().first?.chunks == 10)
        let again = try test.store.select(rule(.topK(9)))
        try test.store.deleteCorpus("default")
        try test.store.deleteSelection(again.id)
        #expect(try test.export(chunks.id, .score) == rows)
        #expect(try test.count("SELECT count(*) FROM chunk") == 2)
        #expect(try test.count("SELECT count(*) FROM pragma_foreign_key_check") == 0)
        let error = #expect(throws: RefineryError.self) { try test.store.deleteSelection(both.id) }
        #expect(error?.kind == .notFound)
    }

    @Test func `neighbouring chunks are joined, and shuffling depends on the seed alone`() throws {
        let test = try filled()
        let made = try test.store.select(
            SelectionRule(size: .ratio(try DecimalFraction("1")), keepDuplicates: true))
        func rows(_ options: ExportOptions) throws -> [ExportRow] {
            var rows: [ExportRow] = []
            try test.store.exportRows(selection: made.id, options) { rows.append($0) }
            return rows
        }
        let joined = try rows(ExportOptions(mergesAdjacent: true))
        #expect(
            joined.map { String(decoding: $0.text, as: UTF8.self) } == [
                "one|two|", "three|", "four|", "one|two|", "five|", "six|",
            ])
        #expect(joined.map(\.isFinal) == [true, false, true, true, false, true])
        #expect(joined.reduce(0) { $0 + $1.tokens } == made.keptTokens)
        let first = try rows(ExportOptions(order: .shuffle, seed: 1)).map(\.chunkID)
        #expect(try rows(ExportOptions(order: .shuffle, seed: 1)).map(\.chunkID) == first)
        #expect(try rows(ExportOptions(order: .shuffle, seed: 2)).map(\.chunkID) != first)
        #expect(try first.sorted() == rows(ExportOptions()).map(\.chunkID))
    }

    @Test func `selections are compared by what they share`() throws {
        let test = try filled()
        _ = try test.store.select(SelectionRule(size: .topK(2)), name: "two")
        _ = try test.store.select(SelectionRule(size: .topK(4)), name: "four")
        let found = try test.store.compare("two", "four")
        #expect(found.bothItems == 2 && found.secondItems == 4 && found.jaccard == 0.5)
        #expect(found.bothTokens == found.firstTokens && found.secondTokens > found.firstTokens)
        _ = try test.store.select(rule(.topK(2)), name: "documents")
        #expect(throws: RefineryError.self) { try test.store.compare("two", "documents") }
        #expect(throws: RefineryError.self) { try test.store.compare("two", "none") }
    }

    @Test func `every scored chunk is listed with its columns`() throws {
        let test = try filled()
        var listed: [ScoreListing] = []
        try test.store.listScores(SelectionRule(size: .topK(1))) { listed.append($0) }
        #expect(listed.count == 8)
        #expect(listed.filter(\.isDuplicate).count == 2)
        for row in listed { #expect(row.values[0] != nil) }
        var json = JSONBytes()
        listed[0].write(to: &json)
        let line = String(decoding: json.bytes, as: UTF8.self)
        #expect(
            line.hasPrefix(#"{"id":"a","chunk":0,"chunk_id":1,"domain":null,"duplicate":false,"#))
        #expect(line.contains(#""at_length":null"#))
        json.removeAll()
        listed[0].writeCSV(to: &json)
        let cells = json.bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        #expect(cells.count == ScoreListing.csvHeader([]).split(separator: ",").count)
    }
}
