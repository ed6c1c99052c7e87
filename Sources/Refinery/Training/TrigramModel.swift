import Foundation
import ReferenceTraining

/// A 3-gram model of tokens, which any neural model that learned something must beat.
///
/// Absolute discounting, interpolated down to the uniform distribution (Ney, Essen and Kneser 1994;
/// Chen and Goodman 1999, section 2.6):
///
///     p(w | h) = max(c(h w) − δ, 0) / c(h) + δ · n(h) / c(h) · p(w | h'),
///
/// with δ = 0.75, c the counts, n(h) the number of different words behind h, and h' the history
/// without its first word.
struct TrigramModel {
    private static let discount = 0.75

    /// Occurrences of a history, and how many words followed it.
    private struct History {
        var count: UInt32 = 0
        var kinds: UInt32 = 0
    }

    private let vocabulary: Int
    private var unigrams: [UInt32]
    private var tokens = 0
    private var kinds = 0
    private var bigrams: [UInt64: UInt32] = [:]
    private var trigrams: [Triple: UInt32] = [:]
    private var words: [UInt32: History] = [:]
    private var pairs: [UInt64: History] = [:]

    private struct Triple: Hashable {
        var pair: UInt64
        var word: UInt32
    }

    /// Counts the sequences up to about `most` tokens.
    init(_ sequences: TokenSequences, most: Int = 5_000_000) {
        vocabulary = sequences.vocabulary
        unigrams = [UInt32](repeating: 0, count: sequences.vocabulary)
        var left = most
        for index in 0..<sequences.count where left > 0 {
            left -= sequences.length(index)
            sequences.withSequence(index) { ids in
                for place in 1..<ids.count { count(ids, place) }
            }
        }
    }

    /// Mean of −ln p over the predicted tokens of the sequences, nats.
    func loss(of sequences: TokenSequences) -> Double {
        var sum = 0.0
        for index in 0..<sequences.count {
            sequences.withSequence(index) { ids in
                for place in 1..<ids.count { sum -= log(probability(ids, place)) }
            }
        }
        return sum / Double(max(1, sequences.predictedCount))
    }

    private static func pair(_ first: UInt32, _ second: UInt32) -> UInt64 {
        UInt64(first) << 32 | UInt64(second)
    }

    private mutating func count(_ ids: UnsafeBufferPointer<UInt32>, _ place: Int) {
        let word = ids[place], before = ids[place - 1]
        tokens += 1
        if unigrams[Int(word)] == 0 { kinds += 1 }
        unigrams[Int(word)] += 1
        let bigram = Self.pair(before, word)
        let isNewBigram = bigrams.updateValue((bigrams[bigram] ?? 0) + 1, forKey: bigram) == nil
        words[before, default: History()].count += 1
        if isNewBigram { words[before, default: History()].kinds += 1 }
        guard place >= 2 else { return }
        let history = Self.pair(ids[place - 2], before)
        let trigram = Triple(pair: history, word: word)
        let isNew = trigrams.updateValue((trigrams[trigram] ?? 0) + 1, forKey: trigram) == nil
        pairs[history, default: History()].count += 1
        if isNew { pairs[history, default: History()].kinds += 1 }
    }

    /// p(word | what stands before it), of the word at a place of a sequence.
    func probability(_ ids: UnsafeBufferPointer<UInt32>, _ place: Int) -> Double {
        let word = ids[place], before = ids[place - 1]
        var p = 1 / Double(vocabulary)
        p = Self.interpolated(
            count: unigrams[Int(word)], total: Double(tokens), kinds: Double(kinds), lower: p)
        if let history = words[before] {
            p = Self.interpolated(
                count: bigrams[Self.pair(before, word)] ?? 0, total: Double(history.count),
                kinds: Double(history.kinds), lower: p)
        }
        guard place >= 2 else { return p }
        let pair = Self.pair(ids[place - 2], before)
        guard let history = pairs[pair] else { return p }
        return Self.interpolated(
            count: trigrams[Triple(pair: pair, word: word)] ?? 0, total: Double(history.count),
            kinds: Double(history.kinds), lower: p)
    }

    private static func interpolated(
        count: UInt32, total: Double, kinds: Double, lower: Double
    ) -> Double {
        guard total > 0 else { return lower }
        return max(Double(count) - discount, 0) / total + discount * kinds / total * lower
    }
}
