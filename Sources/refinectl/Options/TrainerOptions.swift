import ArgumentParser
import Refinery

/// What the formats of trainers need besides rows.
struct TrainerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The tokenizer of megatron, nanogpt and nanoset: a .gguf file or Hugging Face folder (default: the teacher's).",
            valueName: "model"))
    var tokenizer: String?

    @Option(
        help: ArgumentHelp(
            "The token behind each document, or none (default: the one that the model's files name).",
            valueName: "token"))
    var endOfText: String?

    @Option(
        help: ArgumentHelp(
            "Tokens of a sequence: megatron cuts rows into such sequences, nanoset fills its files with whole ones.",
            valueName: "n"))
    var sequenceLength: Int?

    @Option(
        help: ArgumentHelp(
            "Files of at most this size, in a folder: bytes, or with K, M, G or T (powers of 1024).",
            valueName: "bytes"))
    var shardSize: ByteCount?

    @Flag(help: "Compress the shards of mds.")
    var zstd = false

    /// Refuses numbers that make no sense.
    func validate() throws {
        guard tokenizer?.isEmpty != true else {
            throw ValidationError("--tokenizer must not be empty")
        }
        guard endOfText?.isEmpty != true else {
            throw ValidationError("--end-of-text must not be empty")
        }
        let lengths = ExportFormat.sequenceLengths
        if let sequenceLength, !lengths.contains(sequenceLength) {
            throw ValidationError(
                "--sequence-length must be from \(lengths.lowerBound) to \(lengths.upperBound)")
        }
        if let shardSize, !ExportFormat.shardBytes.contains(shardSize.bytes) {
            throw ValidationError("--shard-size must be from 1M to 1024T")
        }
    }

    /// Refuses what a format of texts has no use for.
    func check(_ format: ExportFormat) throws {
        guard !format.hasTokens else { return }
        for (option, value) in [("--tokenizer", tokenizer), ("--end-of-text", endOfText)]
        where value != nil {
            throw ValidationError(
                "\(option) goes with megatron, nanogpt, nanoset, not with \(format.rawValue)")
        }
    }
}

/// A number of bytes on the command line, such as `64M`.
struct ByteCount: ExpressibleByArgument, Equatable {
    /// Bytes.
    let bytes: Int64

    /// Reads a whole number, with K, M, G or T behind it for powers of 1024.
    init?(argument: String) {
        let units: [Character: Int64] = ["K": 10, "M": 20, "G": 30, "T": 40]
        var digits = argument[...]
        var shift: Int64 = 0
        if let unit = argument.uppercased().last, let power = units[unit] {
            shift = power
            digits = digits.dropLast()
        }
        guard let number = Int64(digits), number > 0, number <= Int64.max >> shift else {
            return nil
        }
        bytes = number << shift
    }
}
