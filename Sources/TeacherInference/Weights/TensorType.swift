/// How a tensor's numbers are stored.
///
/// Raw values are GGUF's.
public enum TensorType: Int32, Sendable, CaseIterable {
    case f32 = 0
    case f16 = 1
    case bf16 = 30
    case q4_0 = 2
    case q4_1 = 3
    case q5_0 = 6
    case q5_1 = 7
    case q8_0 = 8
    case q2_k = 10
    case q3_k = 11
    case q4_k = 12
    case q5_k = 13
    case q6_k = 14
    case iq4_nl = 20
    case iq4_xs = 23
    case mxfp4 = 39

    /// Numbers in one block; a row of a tensor is a whole number of blocks.
    var blockCount: Int { form.count }

    /// Bytes of one block.
    var blockBytes: Int { form.bytes }

    /// The name that GGUF tools print, such as `Q4_1`.
    public var name: String { form.name }

    private var form: (name: String, count: Int, bytes: Int) {
        switch self {
        case .f32: ("F32", 1, 4)
        case .f16: ("F16", 1, 2)
        case .bf16: ("BF16", 1, 2)
        case .q4_0: ("Q4_0", 32, 18)
        case .q4_1: ("Q4_1", 32, 20)
        case .q5_0: ("Q5_0", 32, 22)
        case .q5_1: ("Q5_1", 32, 24)
        case .q8_0: ("Q8_0", 32, 34)
        case .q2_k: ("Q2_K", 256, 84)
        case .q3_k: ("Q3_K", 256, 110)
        case .q4_k: ("Q4_K", 256, 144)
        case .q5_k: ("Q5_K", 256, 176)
        case .q6_k: ("Q6_K", 256, 210)
        case .iq4_nl: ("IQ4_NL", 32, 18)
        case .iq4_xs: ("IQ4_XS", 256, 136)
        case .mxfp4: ("MXFP4", 32, 17)
        }
    }

    /// What ggml calls the type that a GGUF file numbers `code`, read here or not.
    static func name(ofCode code: UInt32) -> String {
        if let type = Int32(exactly: code).flatMap(TensorType.init(rawValue:)) { return type.name }
        return unread[code] ?? "number \(code)"
    }

    /// Types of ggml.h that are not read; 4, 5, 31 to 33 and 36 to 38 were taken out of it again.
    private static let unread: [UInt32: String] = [
        4: "Q4_2", 5: "Q4_3", 9: "Q8_1", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS",
        19: "IQ1_S", 21: "IQ3_S", 22: "IQ2_S", 24: "I8", 25: "I16", 26: "I32", 27: "I64",
        28: "F64", 29: "IQ1_M", 31: "Q4_0_4_4", 32: "Q4_0_4_8", 33: "Q4_0_8_8", 34: "TQ1_0",
        35: "TQ2_0", 36: "IQ4_NL_4_4", 37: "IQ4_NL_4_8", 38: "IQ4_NL_8_8", 40: "NVFP4", 41: "Q1_0",
    ]
}
