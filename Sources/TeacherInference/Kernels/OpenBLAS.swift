import COpenBLAS

/// The library's SGEMM, one thread: the fallback where there are no micro-kernels, and the oracle
/// of their tests.
///
/// Imported nowhere else.
enum OpenBLAS {
    /// Workers own whole batches, so the library must not start threads of its own.
    static func useOneThread() {
        openblas_set_num_threads(1)
    }

    /// c[rows, columns] (+)= a[rows, inner] · b[columns, inner]ᵀ, all row-major.
    static func multiply(
        rows: Int, columns: Int, inner: Int, a: UnsafePointer<Float>, b: UnsafePointer<Float>,
        c: UnsafeMutablePointer<Float>, cStride: Int, accumulate: Bool
    ) {
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, blasint(rows), blasint(columns),
            blasint(inner), 1, a, blasint(inner), b, blasint(inner), accumulate ? 1 : 0, c,
            blasint(cStride))
    }
}
