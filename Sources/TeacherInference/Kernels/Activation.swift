import CKernels

/// The function between the two products of a feed-forward.
enum Activation: Sendable, Equatable {
    /// x / (1 + e⁻ˣ), also called swish.
    case silu
    /// GELU by its tanh approximation (arXiv 1606.08415).
    case geluTanh
    /// GELU, x · Φ(x).
    case geluErf

    /// The activation that transformers calls `name`, nil where it is not supported.
    init?(huggingFace name: String) {
        switch name {
        case "silu", "swish": self = .silu
        case "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_accurate", "gelu_python_tanh":
            self = .geluTanh
        case "gelu", "gelu_python": self = .geluErf
        default: return nil
        }
    }

    /// The kernels' number for it.
    var code: Int32 {
        switch self {
        case .silu: Int32(CK_SILU)
        case .geluTanh: Int32(CK_GELU_TANH)
        case .geluErf: Int32(CK_GELU_ERF)
        }
    }
}
