import Refinery
import TeacherInference

/// A chunk's tokens with what both models make of each.
struct ChunkTokens: Sendable {
    /// The chunk's text, UTF-8.
    let text: [UInt8]
    /// The teacher's tokens.
    let teacher: TokenTrace
    /// The reference's tokens.
    let reference: TokenTrace
    /// The teacher's tokens, compared.
    let differences: [TokenDifference]

    /// The tokens of a text by two models.
    init(text: [UInt8], teacher: TokenTrace, reference: TokenTrace) {
        self.text = text
        self.teacher = teacher
        self.reference = reference
        differences = TokenDifference.align(
            teacher: (teacher.ends, teacher.nll), reference: (reference.ends, reference.nll))
    }

    /// Whether both models have the same tokens of it.
    var areShared: Bool { teacher.ids == reference.ids && teacher.ends == reference.ends }

    /// One token as `--json` has it; a value that there is not is null.
    struct Line: Encodable, Equatable {
        /// Its id in the vocabulary of the model that it is a token of.
        var id: TokenID
        /// Its first byte in the chunk's text.
        var start: Int
        /// The byte behind its last.
        var end: Int
        /// Its text; bytes that are no UTF-8 by themselves are replaced.
        var text: String
        /// −ln p by the teacher, nats.
        @NullEncoded var teacherNLL: Double?
        /// −ln p by the reference, nats.
        @NullEncoded var referenceNLL: Double?
        /// reference − teacher, nats.
        @NullEncoded var difference: Double?

        private enum CodingKeys: String, CodingKey {
            case id, start, end, text, difference
            case teacherNLL = "teacher_nll"
            case referenceNLL = "reference_nll"
        }
    }

    /// The teacher's tokens.
    var lines: [Line] {
        zip(teacher.ids, differences).map { id, token in
            Line(
                id: id, start: token.range.lowerBound, end: token.range.upperBound,
                text: string(token.range), teacherNLL: token.teacher,
                referenceNLL: token.reference, difference: token.difference)
        }
    }

    /// The reference's tokens, where they are others.
    var referenceLines: [Line]? {
        guard !areShared else { return nil }
        return reference.ids.indices.map { place in
            let range = reference.range(place)
            return Line(
                id: reference.ids[place], start: range.lowerBound, end: range.upperBound,
                text: string(range), teacherNLL: nil, referenceNLL: reference.nll(place),
                difference: nil)
        }
    }

    private func string(_ range: Range<Int>) -> String {
        String(decoding: text[range], as: UTF8.self)
    }
}
