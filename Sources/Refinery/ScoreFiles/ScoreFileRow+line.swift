extension JSONBytes {
    /// Writes a chunk as a line without its end.
    ///
    /// - Parameters:
    ///   - chunk: the chunk, whose strings are UTF-8.
    ///   - corpus: the corpus's name, UTF-8.
    mutating func chunk(_ chunk: ScoredChunk, corpus: [UInt8]) {
        constant("{\"row\":\"chunk\",\"corpus\":")
        string(corpus)
        constant(",\"id\":")
        string(chunk.document)
        constant(",\"document_sha256\":")
        hash(chunk.documentHash)
        constant(",\"domain\":")
        if let domain = chunk.domain { string(domain) } else { constant("null") }
        constant(",\"line\":")
        integer(chunk.line)
        constant(",\"ordinal\":")
        integer(chunk.ordinal)
        constant(",\"start\":")
        integer(chunk.range.lowerBound)
        constant(",\"end\":")
        integer(chunk.range.upperBound)
        constant(",\"sha256\":")
        hash(chunk.hash)
        constant(",\"teacher\":")
        outcome(chunk.teacher)
        constant(",\"reference\":")
        outcome(chunk.reference)
        constant("}")
    }

    /// Writes what a model found out about a chunk.
    ///
    /// These bytes are the same for equal outcomes and for no others.
    mutating func outcome(_ outcome: ChunkScore.Outcome) {
        switch outcome {
        case .tooShort: constant("{\"outcome\":\"too_short\"}")
        case .failed(let reason):
            constant("{\"outcome\":\"failed\",\"reason\":")
            string(reason.utf8)
            constant("}")
        case .scored(let sums, _):
            constant("{\"outcome\":\"scored\",\"tokens\":")
            integer(sums.tokens)
            constant(",\"bytes\":")
            integer(sums.bytes)
            constant(",\"nll\":")
            sum(sums.nll)
            constant(",\"nll_squared\":")
            sum(sums.nllSquared)
            constant(",\"top1\":")
            if let top1 = sums.top1 { integer(top1) } else { constant("null") }
            constant(",\"top10\":")
            if let top10 = sums.top10 { integer(top10) } else { constant("null") }
            constant(",\"nll_adapted\":")
            if let adapted = sums.nllAdapted { sum(adapted) } else { constant("null") }
            constant(",\"repetition\":")
            if let repetition = sums.repetition { sum(repetition) } else { constant("null") }
            constant("}")
        }
    }

    /// Zero has one spelling, whatever its sign.
    private mutating func sum(_ value: Double) {
        number(value == 0 ? 0 : value)
    }

    /// Writes a line that was not taken as a line without its end.
    mutating func reject(_ reject: Reject, corpus: [UInt8]) {
        constant("{\"row\":\"reject\",\"corpus\":")
        string(corpus)
        constant(",\"line\":")
        integer(reject.line)
        constant(",\"id\":")
        if let id = reject.id { string(id) } else { constant("null") }
        constant(",\"reason\":")
        string(reject.reason.rawValue.utf8)
        constant(",\"detail\":")
        string(reject.detail.utf8)
        constant("}")
    }

    /// Writes a row as a line without its end.
    mutating func row(_ row: ScoreFileRow, corpus: [UInt8]) {
        switch row {
        case .chunk(let value): chunk(value, corpus: corpus)
        case .reject(let value): reject(value, corpus: corpus)
        }
    }
}

extension ScoreFileLine {
    /// Passes a whole row.
    ///
    /// - Parameter corpus: the corpus's name, as the header has it.
    /// - Returns: The row, whose numbers are not judged.
    /// - Throws: `JSONError` for what is no row.
    mutating func row(corpus: [UInt8]) throws(JSONError) -> ScoreFileRow {
        if passes("{\"row\":\"chunk\",\"corpus\":") { return .chunk(try chunk(corpus)) }
        if passes("{\"row\":\"reject\",\"corpus\":") { return .reject(try reject(corpus)) }
        throw JSONError(message: "the line is no chunk, no reject and no trailer", offset: 0)
    }

    private mutating func belongs(to corpus: [UInt8]) throws(JSONError) {
        guard try string() == corpus else {
            throw JSONError(message: "the row is of another corpus than the header", offset: 0)
        }
    }

    private mutating func chunk(_ corpus: [UInt8]) throws(JSONError) -> ScoredChunk {
        try belongs(to: corpus)
        try pass(",\"id\":")
        let document = try string()
        try pass(",\"document_sha256\":")
        let documentHash = try hash()
        try pass(",\"domain\":")
        let domain = try optionalString()
        try pass(",\"line\":")
        let line = try integer()
        try pass(",\"ordinal\":")
        let ordinal = try integer()
        try pass(",\"start\":")
        let start = try integer()
        try pass(",\"end\":")
        let end = try integer()
        guard start < end else {
            throw JSONError(message: "the chunk begins at \(start) and ends at \(end)", offset: 0)
        }
        try pass(",\"sha256\":")
        let hash = try hash()
        try pass(",\"teacher\":")
        let teacher = try outcome()
        try pass(",\"reference\":")
        let reference = try outcome()
        try pass("}")
        try self.end()
        return ScoredChunk(
            document: document, documentHash: documentHash, domain: domain, line: line,
            ordinal: ordinal, range: start..<end, hash: hash, teacher: teacher,
            reference: reference)
    }

    private mutating func outcome() throws(JSONError) -> ChunkScore.Outcome {
        if passes("{\"outcome\":\"too_short\"}") { return .tooShort }
        if passes("{\"outcome\":\"failed\",\"reason\":") {
            let reason = String(decoding: try string(), as: UTF8.self)
            try pass("}")
            return .failed(reason)
        }
        try pass("{\"outcome\":\"scored\",\"tokens\":")
        let tokens = try integer()
        try pass(",\"bytes\":")
        let bytes = try integer()
        try pass(",\"nll\":")
        let nll = try number()
        try pass(",\"nll_squared\":")
        let nllSquared = try number()
        try pass(",\"top1\":")
        let top1 = try optionalInteger()
        try pass(",\"top10\":")
        let top10 = try optionalInteger()
        try pass(",\"nll_adapted\":")
        let nllAdapted = try optionalNumber()
        try pass(",\"repetition\":")
        let repetition = try optionalNumber()
        try pass("}")
        return .scored(
            ScoreSums(
                tokens: tokens, bytes: bytes, nll: nll, nllSquared: nllSquared, top1: top1,
                top10: top10, nllAdapted: nllAdapted, repetition: repetition))
    }

    private mutating func reject(_ corpus: [UInt8]) throws(JSONError) -> Reject {
        try belongs(to: corpus)
        try pass(",\"line\":")
        let line = try integer()
        try pass(",\"id\":")
        let id = try optionalString()
        try pass(",\"reason\":")
        let word = String(decoding: try string(), as: UTF8.self)
        guard let reason = RejectReason(rawValue: word) else {
            throw JSONError(message: "no reason is called \(word.prefix(40))", offset: 0)
        }
        try pass(",\"detail\":")
        let detail = String(decoding: try string(), as: UTF8.self)
        try pass("}")
        try end()
        return Reject(line: line, id: id, reason: reason, detail: detail)
    }
}
