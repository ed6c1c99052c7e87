import ArgumentParser
import Foundation
import Refinery
import TeacherInference

/// `refinectl tokenize`.
struct Tokenize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turn texts into token ids: JSONL in, JSONL out, in the same order.",
        discussion: """
            Needs only the model's vocabulary. A line out is {"id": …, "token_ids": […]}: no BOS, \
            no special tokens added; special tokens spelled out in a text stay text. (--context \
            is accepted as everywhere, but changes nothing here.) With --count it is \
            {"id": …, "tokens": n}.

            Examples:
              refinectl tokenize model.gguf texts.jsonl
              refinectl tokenize model/ - < texts.jsonl
            """)

    @Argument(help: "A .gguf file or a Hugging Face folder.")
    var model: String

    @Flag(help: "Print how many tokens a text has in place of the tokens.")
    var count = false

    @OptionGroup var texts: TextOptions
    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var threadOptions: ThreadOptions

    /// Reads, tokenises on every thread, prints.
    func run() throws {
        let reader = try texts.open()
        let tokenizer = try LanguageModel.loadTokenizer(path: model, pre: modelOptions.pre)
        try TextStream.run(reader, threads: threadOptions.count, verb: "tokenising") { turn in
            while let (place, group) = try turn.next() {
                var result = ScoredGroup()
                var json = JSONBytes()
                for text in group.texts {
                    let ids = text.bytes.withUnsafeBytes(tokenizer.encode)
                    result.tokens += ids.count
                    if count {
                        ScoreLine.write(id: text.id, tokens: ids.count, to: &json)
                    } else {
                        ScoreLine.write(id: text.id, ids: ids, to: &json)
                    }
                }
                result.texts = group.texts.count
                result.json = json.bytes
                result.bad = group.bad
                try turn.finish(place, result)
            }
        }
    }
}
