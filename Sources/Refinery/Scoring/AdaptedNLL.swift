import Foundation
import TeacherInference

/// A chunk's NLL by a model that can copy: what the chunk has shown before each token adapts the
/// model's probability of it.
///
/// For k = 2 … 8, as long as the k tokens before occurred earlier in the chunk with a token behind
/// them, p ← (max(c(t) − ½, 0) + ½ · types · p) / c, where c(w) counts how often w followed that
/// context before, c is their sum and `types` how many there are: absolute discounting,
/// interpolated (Ney, Essen, Kneser 1994; Chen and Goodman 1999). The context token in front of
/// a chunk is none of its tokens.
struct AdaptedNLL {
    /// The longest context, in tokens.
    static let longest = 8
    /// The shortest context that adapts, in tokens.
    static let shortest = 2

    /// What followed one context so far.
    private struct Followers {
        var count: Int32 = 0
        var types: Int32 = 0
    }

    /// A context's node by that of the context one token shorter and the token before it.
    ///
    /// Contexts are paths from node 0, the last token first: a context that did not occur has no
    /// longer one that did.
    private var children: PairTable
    private var nodes = [Followers()]
    /// How often a token followed a context, by the context's node and the token.
    private var counts: PairTable

    private init(capacity: Int) {
        children = PairTable(capacity: capacity)
        counts = PairTable(capacity: capacity)
        nodes.reserveCapacity(capacity)
    }

    /// Σ −ln p of the adapted probabilities, nats.
    ///
    /// Eight steps a token, whatever the text.
    /// - Parameters:
    ///   - tokens: The chunk's ids, without a context token.
    ///   - tokenNLL: −ln p of each scored token: of all, or of all but the first.
    /// - Returns: the sum over the scored tokens.
    static func sum(tokens: [TokenID], tokenNLL: [Float]) -> Double {
        let unscored = tokens.count - tokenNLL.count
        precondition(unscored == 0 || unscored == 1, "all tokens are scored, or all but the first")
        var contexts = AdaptedNLL(capacity: 2 * tokens.count)
        var sum = 0.0
        for at in tokens.indices {
            let mixture = contexts.add(tokens, at)
            if at >= unscored { sum += mixture.nll(Double(tokenNLL[at - unscored])) }
        }
        return sum
    }

    /// What the contexts before a token make of the model's p: seen + scale · p, so that a p that
    /// underflows is no infinity.
    private struct Mixture {
        var seen = 0.0
        var scale = 1.0

        /// The adapted −ln p, never negative.
        func nll(_ nll: Double) -> Double {
            max(0, seen == 0 ? nll - log(scale) : -log(seen + scale * exp(-nll)))
        }
    }

    /// Remembers the token at `at` as a follower of the contexts before it.
    ///
    /// - Returns: what they made of it before.
    private mutating func add(_ tokens: [TokenID], _ at: Int) -> Mixture {
        var mixture = Mixture()
        var node: Int32 = 0
        for length in 1...Self.longest where at >= length {
            let (child, isNewContext) = children.place(node, tokens[at - length])
            if isNewContext {
                children[child] = Int32(nodes.count)
                nodes.append(Followers())
            }
            node = children[child]
            guard length >= Self.shortest else { continue }
            let (follower, isNew) = counts.place(node, tokens[at])
            if !isNewContext {
                let count = Double(nodes[Int(node)].count)
                let half = 0.5 * Double(nodes[Int(node)].types)
                let own = Double(counts[follower])
                mixture.seen = (max(own - 0.5, 0) + half * mixture.seen) / count
                mixture.scale = half * mixture.scale / count
            }
            counts[follower] += 1
            nodes[Int(node)].count += 1
            if isNew { nodes[Int(node)].types += 1 }
        }
        return mixture
    }
}
