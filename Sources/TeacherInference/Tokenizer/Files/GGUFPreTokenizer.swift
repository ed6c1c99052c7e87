/// A pre-tokenizer that GGUF files know by name (`tokenizer.ggml.pre`).
///
/// Source: `llama_vocab::impl::load` and `llm_tokenizer_bpe` of llama.cpp, at 00ad355e009e. The
/// patterns are those of the models' own tokenizer.json, which llama.cpp quotes beside its
/// rewritten ones, and llama.cpp's where it quotes none.
struct GGUFPreTokenizer: Sendable {
    /// The name for people.
    var name: String
    /// What it does.
    var steps: [PreTokenizerStep]
    /// A word that is a token as a whole is not merged.
    var ignoresMerges = false
    /// Whether BOS is added where the file does not say.
    var addsBOS = false

    /// The pre-tokenizer that a file calls `name`, or nil.
    static func named(_ name: String) -> GGUFPreTokenizer? { table[name] }

    /// The name of a known pre-tokenizer with these steps, for tokenizer.json files.
    static func name(of steps: [PreTokenizerStep]) -> String? {
        ["gpt-2", "smollm", "qwen2", "llama-bpe", "gpt-4o", "tekken", "qwen35", "deepseek-v3"]
            .first { named($0)?.steps == steps }
    }

    /// Why a name that llama.cpp knows is refused, or nil.
    static func refusal(of name: String) -> String? {
        switch name {
        case "afmoe":
            "llama.cpp cuts its numbers by code of its own, which joins the first digits to the text "
                + "before them, and the model's own pattern is not known"
        case "gemma4", "granite-embed-multi-311m", "sarvam-moe", "whitespace":
            "it is BPE over characters, not bytes, which is read from tokenizer.json alone"
        default: nil
        }
    }

    /// The names, ascending.
    static var names: [String] { table.keys.sorted() }

    private static let table: [String: GGUFPreTokenizer] = {
        var table: [String: GGUFPreTokenizer] = [:]
        func add(
            _ names: String, _ steps: [PreTokenizerStep], ignoresMerges: Bool = false,
            addsBOS: Bool = false
        ) {
            for name in names.split(separator: " ").map(String.init) {
                table[name] = GGUFPreTokenizer(
                    name: name, steps: steps, ignoresMerges: ignoresMerges, addsBOS: addsBOS)
            }
        }
        add(
            "gpt-2 phi-2 jina-es jina-de gigachat jina-v2-es jina-v2-de a.x-4.0 mellum modern-bert"
                + " jina-v1-en jina-v2-code roberta-bpe mpt olmo jais exaone4 trillion"
                + " granite-docling",
            [.gpt2])
        add(
            "smollm starcoder refact command-r codeshell exaone minerva-7b mellum2",
            [.digits(individual: true), .gpt2])
        add(
            "qwen2 deepseek-r1-qwen kormo f2llmv2 megrez stablelm2 hunyuan solar-open grok-2",
            [.gpt4(digits: #"\p{N}"#)])
        add("dbrx smaug-bpe glm4 chatglm-bpe", [.gpt4(digits: #"\p{N}{1,3}"#)])
        add(
            "llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano",
            [.gpt4(digits: #"\p{N}{1,3}"#)], ignoresMerges: true, addsBOS: true)
        add("qwen35", [.qwen35])
        add("ufakzeka", [.ufakzeka])
        add("seed-coder", [.seedCoder])
        add("bailingmoe bailingmoe2 llada-moe", [.bailing])
        add("exaone-moe", [.exaoneMoE])
        add("laguna", [.isolated(#"[^\n]+|[\n]+"#), .gpt4(digits: #"\p{N}"#)])
        add(
            "minicpm5", [.isolated(#"\p{N}{1,3}"#), .gpt4(digits: #"\p{N}+"#)],
            ignoresMerges: true)
        add("jais-2", [.jais2])
        add("gpt-4o llama4 kanana2 talkie minimax-m2", [.gpt4o])
        add("granite-embed-multi-97m", [.gpt4o], ignoresMerges: true)
        add("tiny_aya cohere2moe", [.isolated(#"\d{1,3}(?=(?:\d{3})*\b)"#), .gpt4o])
        add("tekken", [.tekken], ignoresMerges: true, addsBOS: true)
        add("kimi-k2", [.kimi])
        add("youtu", [.isolated(.youtuScripts), .youtu], ignoresMerges: true)
        add(
            "deepseek-llm",
            [
                .isolated(#"[\r\n]"#), .isolated(#"\s?["# + .casedLetters + "]+"),
                .isolated(#"\s?[!-/:-~！-／：-～‘-‟　-。]+"#), .isolated(#"\s+$"#),
                .isolated("[一-龥ࠀ-一가-퟿]+"), .isolated(#"\p{N}+"#),
            ])
        add(
            "deepseek-coder",
            [
                .isolated(#"[\r\n]"#), .isolated(#"\s?\p{L}+"#), .isolated(#"\s?\p{P}+"#),
                .isolated("[一-龥ࠀ-一가-퟿]+"), .isolated(#"\p{N}"#),
            ])
        add(
            "deepseek-v3 hunyuan-dense hy_v4 joyai-llm",
            [.isolated(#"\p{N}{1,3}"#), .isolated("[一-龥぀-ゟ゠-ヿ]+"), .deepSeek3])
        add(
            "spark2_5",
            [
                .isolated(#"\p{N}{1,3}"#), .isolated("[一-龥぀-ゟ゠-ヿ]+"), .spark,
                .isolated(#"\p{N}"#),
            ])
        add("superbpe", [.isolated(#"\p{N}+"#), .isolated(#"(?=(\d{3})+(?!\d))"#)])
        add("poro-chat bloom gpt3-finnish", [.bloom])
        add("viking", [.bloom, .isolated(#"\p{N}"#)])
        add(
            "falcon",
            [.isolated(#"[\p{P}\$\+<=>\^~\|`]+"#), .gpt2, .isolated("[0-9][0-9][0-9]")])
        add(
            "default",
            [
                .isolated(#"[\p{P}\$\+<=>\^~\|]+"#), .gpt2, .isolated(#"\p{N}+"#),
                .isolated("[0-9][0-9][0-9]"),
            ])
        add(
            "chameleon",
            [
                .isolated("<sentinel:[0-9]+>"), .isolated("(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z"),
                .isolated(#"([\t\n]|    |  )"#), .isolated(#"\p{N}"#),
                .isolated(#"[\p{P}!-/:-@\[-`{-~]"#), .gpt2,
            ], addsBOS: true)
        return table
    }()
}

extension PreTokenizerStep {
    fileprivate static func isolated(_ pattern: String) -> PreTokenizerStep {
        .split(pattern: pattern, behavior: .isolated, inverted: false)
    }

    private static let contraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
    private static let spaces = #"\s*[\r\n]+|\s+(?!\S)|\s+"#
    private static let letters = #"[^\r\n\p{L}\p{N}]?\p{L}+"#

    /// GPT-4's pattern, with numbers as `digits` has them.
    fileprivate static func gpt4(digits: String) -> PreTokenizerStep {
        .isolated(
            "\(contraction)|\(letters)|\(digits)" + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|"# + spaces)
    }

    fileprivate static let qwen35 = isolated(
        contraction + #"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|"#
            + spaces)
    fileprivate static let ufakzeka = isolated(
        letters + #"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|"# + spaces)
    fileprivate static let seedCoder = isolated(
        "\(contraction)|\(letters)" + #"|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|"# + spaces)
    fileprivate static let bailing = isolated(
        #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*"#
            + #"|\s*[\r\n]|\s+(?!\S)|\s+"#)
    fileprivate static let exaoneMoE = isolated(
        contraction + #"|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}"#
            + #"| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+"#)
    fileprivate static let jais2 = isolated(
        "\(contraction)|\(letters)" + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|"#
            + [512, 256, 128, 64, 32, 16, 8, 4].map { "\\s{\($0)}(?!\\S)|" }.joined()
            + #"\s{1,2}(?!\S)|\s{1}"#)

    /// Words of capitals, then small letters: the first or the second may be missing.
    private static func casedWords(without scripts: String, _ contraction: String) -> String {
        let upper = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}"# + scripts + "]"
        let lower = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}"# + scripts + "]"
        let front = #"[^\r\n\p{L}\p{N}]?"#
        return "\(front)\(upper)*\(lower)+\(contraction)|\(front)\(upper)+\(lower)*\(contraction)"
    }

    fileprivate static let gpt4o = isolated(
        casedWords(without: "", contraction + "?") + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|"#
            + spaces)
    fileprivate static let tekken = isolated(
        casedWords(without: "", "") + #"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|"# + spaces)
    fileprivate static let youtu = isolated(
        casedWords(without: "", contraction + "?") + #"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|"#
            + spaces)
    fileprivate static let kimi = isolated(
        #"[\p{Han}]+|"# + casedWords(without: #"&&[^\p{Han}]"#, contraction + "?")
            + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"# + spaces)

    private static let deepSeekWords =
        ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"##
    fileprivate static let deepSeek3 = isolated(
        deepSeekWords + #"| ?[\p{P}\p{S}]+[\r\n]*|"# + spaces)
    fileprivate static let spark = isolated(
        deepSeekWords + #"| ?[\p{P}\p{S}]+|[\r\n]|\s+(?!\S)|\s+"#)
    fileprivate static let bloom = isolated(#" ?[^(\s|.,!?…。，、।۔،)]+"#)
}

extension String {
    /// The letters with case, as DeepSeek lists them. (Escaped is what editors normalise.)
    fileprivate static let casedLetters =
        "A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅ"
        + "Ὀ-Ὅὐ-ὗὙὛὝὟ-\u{1F7D}ᾀ-ᾴᾶ-ᾼ\u{1FBE}ῂ-ῄῆ-ῌῐ-\u{1FD3}ῖ-\u{1FDB}ῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\u{2126}ℨ\u{212A}-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳ"
        + "Ꙁ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃"
    fileprivate static let youtuScripts =
        "[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥぀-ゟ゠-ヿ]+"
}
