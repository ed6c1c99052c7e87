import Crypto
import Foundation
import TeacherInference

/// SHA-256 over everything that decides a model's scores: weights, tokenizer, architecture, weight
/// types, compute precision, context rule, scoring version.
///
/// Scores of another fingerprint are never mixed in.
public enum ModelFingerprint {
    /// The fingerprint of `model`, 64 hexadecimal digits.
    ///
    /// Hashing reads every weight file once, and `progress` is told how many bytes were read; with
    /// a `store`, what was read is remembered by ``FileIdentity``.
    public static func of(
        _ model: LanguageModel, cache store: Store? = nil, progress: (Int64) -> Void = { _ in }
    ) throws -> String {
        var done: Int64 = 0
        var hash = SHA256()
        hash.update(data: Data("refinery-model-1\n\(model.arithmetic)\n".utf8))
        hash.update(data: Data("tokenizer \(tokenizer(model.tokenizer))\n".utf8))
        for (index, file) in model.weightFiles.enumerated() {
            let digest = try weights(of: model, index, file, store) {
                done += Int64($0)
                progress(done)
            }
            hash.update(data: Data("weights \(digest)\n".utf8))
        }
        return Hex.string(hash.finalize())
    }

    /// SHA-256 of a tokenizer's content, 64 hexadecimal digits; equal for equal tokenizers,
    /// whatever file they were read from.
    public static func tokenizer(_ tokenizer: any Tokenizer) -> String {
        var hash = SHA256()
        tokenizer.serializeContent { hash.update(bufferPointer: $0) }
        return Hex.string(hash.finalize())
    }

    /// Bytes hashed at once: whole pages, however large those are.
    private static let piece = 8 << 20

    private static func weights(
        of model: LanguageModel, _ index: Int, _ file: FileIdentity, _ store: Store?,
        _ hashed: (Int) -> Void
    ) throws -> String {
        if let known = try store?.cachedFingerprint(of: file) { return known }
        let digest = model.withWeightFile(index) { bytes in
            var hash = SHA256()
            for start in stride(from: 0, to: bytes.count, by: piece) {
                let part = UnsafeRawBufferPointer(rebasing: bytes[start...].prefix(piece))
                hash.update(bufferPointer: part)
                // What was hashed need not stay resident: it is the size of the whole model.
                // SAFETY: the file is mapped read-only from a page's start, so that whole pages
                // of it are dropped, which come back from the file when they are read again.
                _ = madvise(
                    UnsafeMutableRawPointer(mutating: part.baseAddress), part.count, MADV_DONTNEED)
                hashed(part.count)
            }
            return Hex.string(hash.finalize())
        }
        // Of a file that was written to meanwhile, this is the digest of no state of it.
        if let store, try model.currentWeightFiles()[index] == file {
            try store.storeFingerprint(digest, of: file)
        }
        return digest
    }
}
