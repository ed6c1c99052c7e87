import Refinery
import TeacherInference

/// How fast this machine scores with a model, and how long a corpus takes at that.
struct MeasuredSpeed: Codable, Sendable, Equatable {
    /// Tokens that were scored to find out.
    var tokens: Int
    /// Tokens of one of their sequences.
    var length: Int
    var tokensPerSecond: Double
    /// UTF-8 bytes of a token in a page of English.
    var bytesPerToken: Double
    /// Hours for 10⁹ bytes of such text.
    var hoursPerGB: Double

    private enum CodingKeys: String, CodingKey {
        case tokens, length
        case tokensPerSecond = "tokens_per_second"
        case bytesPerToken = "bytes_per_token"
        case hoursPerGB = "hours_per_gb"
    }

    /// Seconds that a measurement should take on a machine that reaches half its peak.
    private static let seconds = 5.0

    /// What a run of so many seconds, by tokens and bytes a token, says.
    init(tokens: Int, length: Int, seconds: Double, bytesPerToken: Double) {
        self.tokens = tokens
        self.length = length
        self.bytesPerToken = bytesPerToken
        tokensPerSecond = Double(tokens) / max(seconds, 1e-9)
        hoursPerGB = 1e9 / bytesPerToken / tokensPerSecond / 3600
    }

    /// Measures `model` on `threads` threads with batches of up to `batchTokens` tokens; blocks for
    /// some seconds, longer for a very large model.
    static func measure(
        _ model: LanguageModel, threads: Int, batchTokens: Int
    ) throws -> MeasuredSpeed {
        let peak = try MachinePeak.operationsPerSecond(threads: threads, seconds: 0.2)
        let atMost = min(512, model.maxContext)
        let cost = model.operations(tokens: atMost) / Double(atMost)
        let affordable = Int(min(peak / 2 * seconds / cost, 1e6)) / threads
        let batch = min(max(affordable, 64), batchTokens)
        let length = min(atMost, batch)
        guard length > 1 else {
            throw Failure(
                "\(model.path): a context of \(model.maxContext) token cannot be measured")
        }
        let result = try Benchmark(
            model: model, threads: threads, batchTokens: batch, length: length,
            tokens: min(affordable * threads, 32_768)
        ).run()
        return MeasuredSpeed(
            tokens: result.tokens, length: length, seconds: result.seconds,
            bytesPerToken: bytesPerToken(model.tokenizer))
    }

    /// Measures how fast an engine answers, with as many tokens in flight as scoring has; blocks.
    ///
    /// - Throws: `RefineryError` for an engine that scores nothing.
    static func measure(served model: any ScoringModel) throws -> MeasuredSpeed {
        let benchmark = ServedBenchmark(model: model, length: min(512, model.maxContext))
        let result = try benchmark.run { seconds, _ in seconds >= ServedBenchmark.usualSeconds }
        return MeasuredSpeed(
            tokens: result.tokens, length: benchmark.length, seconds: result.seconds,
            bytesPerToken: bytesPerToken(model.tokenizer))
    }

    /// UTF-8 bytes of a token of a page of English.
    static func bytesPerToken(_ tokenizer: any Tokenizer) -> Double {
        let text = Array(page.utf8)
        let tokens = text.withUnsafeBytes { tokenizer.encode($0) }.count
        return Double(text.count) / Double(max(1, tokens))
    }

    /// Plain prose: other text has fewer bytes a token, code and other scripts far fewer.
    private static let page = """
        The harbour lay quiet under a sky the colour of slate. Two boats had come in before dawn, \
        and the men who had brought them sat on upturned crates with their hands around tin mugs, \
        saying little. Beyond the breakwater the sea was still high, and every few seconds a wave \
        broke over the stones and ran hissing back. Nobody expected the ferry that day, although \
        the timetable on the wall of the office promised it at noon, as it had promised it every \
        day since the spring of the year in which the old one sank.

        When the schoolteacher came down the hill she was carrying a parcel of books, wrapped in \
        oilcloth and tied with string. She asked whether the mail had been landed. The older of \
        the two skippers shook his head, then pointed with his mug towards the shed. There were \
        three sacks, he said, but they were wet, and the postmaster wanted to dry the letters on \
        his stove before he let anyone have them. It would take until evening. She thanked him, \
        put the parcel down beside the door where the wind could not reach it, and waited.
        """
}
