import TeacherInference

/// Fixed texts that tell whether an engine serves what it is said to serve.
enum ServedTexts {
    /// Its mean NLL is recorded when a model is first seen, and compared from then on.
    static let canary =
        "The lighthouse keeper wrote down the weather every evening: wind from the north-west, a "
        + "falling glass, and rain before midnight. In 1987 the lamp was replaced by an automatic "
        + "one, which needs nobody. for (int i = 0; i < 10; ++i) { sum += values[i]; } Ein Satz auf "
        + "Deutsch, une phrase en français, and 3.14159 to end with."

    /// Token ids of the canary at most, context token included.
    static let mostCanaryIDs = 256

    /// The engine's tokenizer must turn each into the same ids as ours.
    ///
    /// Scripts, digits, spaces, source code and marks, where tokenizers differ.
    static let probes = [
        "Hello, world!", "The quick brown fox jumps over the lazy dog.", "  two spaces in front",
        "trailing spaces   ", "tabs\tand\nlines\r\n\r\nend", "1234567890 3.14159 1,000,000",
        "don't we'll I'm they've you'd it's", "snake_case camelCase kebab-case",
        "def f(x):\n    return x ** 2\n", "{\"key\": [1, 2, null], \"b\": true}",
        "https://example.org/a?b=c&d=%20#e", "Grüße aus Köln, naïve façade, señor",
        "Привет, как дела?", "你好,世界。", "こんにちは、元気ですか", "안녕하세요 세계",
        "مرحبا بالعالم", "नमस्ते दुनिया", "emoji 🙂👩‍👩‍👧 and ½ ™ €", "e\u{301} and \u{E9} are one letter",
    ]
}
