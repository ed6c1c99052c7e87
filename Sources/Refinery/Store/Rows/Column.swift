/// A number that chunks and documents have, under the one name that it has everywhere.
public enum Column: Sendable, Hashable {
    /// (nll_reference − nll_teacher) / tokens, or / bytes where the models' tokens differ.
    case difference
    /// The difference where the teacher read the text, else what is expected of it.
    case expectedDifference
    /// The difference against a reference that can copy: nll_adapted in nll_reference's place.
    case adapted
    /// The difference minus the median difference of the candidates of similar length.
    case atLength
    /// 1 − nll_teacher / nll_reference; 0 where the reference's is 0.
    case relative
    /// Nats a token of the teacher's.
    case teacherLoss
    /// Nats a token of the reference's.
    case referenceLoss
    /// Bits a byte by the teacher.
    case teacherBitsPerByte
    /// Bits a byte by the reference.
    case referenceBitsPerByte
    /// exp(teacher_loss).
    case teacherPerplexity
    /// exp(reference_loss).
    case referencePerplexity
    /// Tokens that the teacher scored.
    case tokens
    /// Bytes of text that they cover.
    case bytes
    /// Share of the windows of eight teacher tokens that equal an earlier one.
    case repetition
    /// What a user brought along under that name; only the store knows whether there is one.
    case imported(String)

    /// The columns that everything scored has, in the order in which they are listed.
    public static let scored: [Column] = [
        .difference, .adapted, .atLength, .relative, .teacherLoss, .referenceLoss,
        .teacherBitsPerByte, .referenceBitsPerByte, .teacherPerplexity, .referencePerplexity,
        .tokens, .bytes, .repetition,
    ]

    /// The columns that every rule can name.
    static let named = scored + [.expectedDifference]

    /// The columns of which a chunk that the teacher did not read has no value.
    static let ofTeacher: [Column] = [
        .difference, .adapted, .atLength, .relative, .teacherLoss, .teacherBitsPerByte,
        .teacherPerplexity,
    ]

    /// The column of that name, one that every rule can name or an imported one.
    ///
    /// - Throws: ``RefineryError`` where no column can have the name.
    public init(named name: String) throws {
        if let column = Self.named.first(where: { $0.name == name }) {
            self = column
            return
        }
        guard Self.canBeImported(name) else {
            throw RefineryError(
                .invalid, "there is no column \"\(name.prefix(60))\"",
                hint: "columns: " + Column.named.map(\.name).joined(separator: ", ")
                    + ", and imported ones")
        }
        self = .imported(name)
    }

    /// Whether an imported column may have the name: 1 to 64 letters, digits, `_`, `-` and `.`,
    /// the first a letter or `_`, and not one that means something else in any case of letters.
    static func canBeImported(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 &- 0x61 < 26 || byte == 0x5F }
        guard (1...64).contains(bytes.count), isLetter(bytes[0]),
            bytes.allSatisfy({ isLetter($0) || $0 &- 0x30 < 10 || $0 == 0x2D || $0 == 0x2E })
        else { return false }
        // Fields of `refinectl scores`, and commands of `refinectl columns`.
        let taken = [
            "id", "chunk", "chunk_id", "domain", "duplicate", "list", "delete", "help",
        ]
        return !(taken + named.map(\.name)).contains(name.lowercased())
    }

    /// What the name of a field's column begins with, so that a field may be called `tokens`.
    static let fieldPrefix = "field."

    /// Whether a line's field of that name can become a column.
    static func canBeField(_ name: String) -> Bool {
        !name.isEmpty && canBeImported(fieldPrefix + name)
    }

    /// Throws where no column can be imported under the name.
    public static func checkImportable(_ name: String) throws {
        guard !name.lowercased().hasPrefix(fieldPrefix) else {
            throw RefineryError(
                .invalid, "no column can be imported as \"\(name.prefix(80))\"",
                hint: "columns that begin with field. are made of documents' fields: "
                    + "refinectl enqueue --keep NAME")
        }
        guard canBeImported(name) else {
            throw RefineryError(
                .invalid, "no column can be imported as \"\(name.prefix(80))\"",
                hint: "1 to 64 letters, digits, _, - and . that begin with a letter or _, and no "
                    + "name that has a meaning already")
        }
    }

    /// Whether a user brought it along, so that it may well be without a value.
    var isImported: Bool { if case .imported = self { true } else { false } }

    /// The name.
    public var name: String {
        switch self {
        case .difference: "difference"
        case .expectedDifference: "expected_difference"
        case .adapted: "adapted"
        case .atLength: "at_length"
        case .relative: "relative"
        case .teacherLoss: "teacher_loss"
        case .referenceLoss: "reference_loss"
        case .teacherBitsPerByte: "teacher_bits_per_byte"
        case .referenceBitsPerByte: "reference_bits_per_byte"
        case .teacherPerplexity: "teacher_perplexity"
        case .referencePerplexity: "reference_perplexity"
        case .tokens: "tokens"
        case .bytes: "bytes"
        case .repetition: "repetition"
        case .imported(let name): name
        }
    }
}

extension Column: Codable {
    /// Reads the name.
    public init(from decoder: any Decoder) throws {
        try self.init(named: decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
