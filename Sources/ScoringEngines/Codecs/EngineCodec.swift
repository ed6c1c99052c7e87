/// One shape of requests and answers over HTTP.
///
/// What engines speak changes: each shape is in one file, with the version that it was read in or
/// tried against.
protocol EngineCodec: Sendable {
    /// The path that requests are posted to.
    var path: String { get }
    /// Sequences that one request may have.
    var sequencesPerRequest: Int { get }

    /// Ids that a sequence may have where the model's context takes `context`.
    func room(context: Int) -> Int

    /// The request's body, JSON.
    ///
    /// - Parameters:
    ///   - model: the model's name, as served.
    ///   - sequences: token ids, at least two each; no more than ``sequencesPerRequest``.
    /// - Returns: UTF-8.
    func body(model: String, sequences: [[Int32]]) -> [UInt8]

    /// What reads the answer to that request.
    func decoder(model: String, sequences: [[Int32]]) -> any AnswerDecoder
}

extension EngineCodec {
    /// Bytes that an answer may have: thrice and more of what engines were seen to send.
    func answerBound(tokens: Int) -> Int { 65536 + 1024 * tokens }
}

/// Reads an answer as it arrives, in pieces cut anywhere.
protocol AnswerDecoder: Sendable {
    /// Reads the next piece.
    ///
    /// - Throws: ``EngineError`` (wrongAnswer or sequence); nothing more can be read then.
    mutating func consume(_ bytes: UnsafeRawBufferPointer) throws(EngineError)

    /// The answer, once all of it was read.
    ///
    /// - Throws: ``EngineError`` (wrongAnswer) where something is missing.
    mutating func finish() throws(EngineError) -> EngineAnswer
}

/// A sink that makes an answer of what it was told.
protocol AnswerSink: JSONSink, Sendable {
    /// The answer, once the text has ended.
    func answer() throws(EngineError) -> EngineAnswer
}

/// Reads an answer in JSON.
struct JSONAnswerDecoder<Sink: AnswerSink>: AnswerDecoder {
    private var stream = JSONStream()
    private var sink: Sink

    /// A decoder at the start of an answer.
    init(_ sink: Sink) {
        self.sink = sink
    }

    mutating func consume(_ bytes: UnsafeRawBufferPointer) throws(EngineError) {
        try stream.feed(bytes, into: &sink)
    }

    mutating func finish() throws(EngineError) -> EngineAnswer {
        try stream.finish(into: &sink)
        return try sink.answer()
    }
}
