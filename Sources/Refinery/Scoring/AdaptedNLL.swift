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

    /// A context's node by that of the context one token shorter and the token before it, or a
    /// follower's count by its context's node and the follower.
    private struct Key: Hashable {
        let node: Int32
        let token: TokenID
    }

    /// Contexts are paths from node 0, the last token first: a context that did not occur has no
    /// longer one that did.
    private var children: [Key: Int32] = [:]
    private var nodes = [Followers()]
    private var counts: [Key: Int32] = [:]

    private init(capacity: Int) {
        children.reserveCapacity(capacity)
        counts.reserveCapacity(capacity)
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
            if at >= unscored {
                sum += contexts.nll(tokens, at, Double(tokenNLL[at - unscored]))
            }
            contexts.add(tokens, at)
        }
        return sum
    }

    /// The adapted −ln p of the token at `at`, never negative.
    private func nll(_ tokens: [TokenID], _ at: Int, _ nll: Double) -> Double {
        // p = seen + scale · p₀, so that a p₀ that underflows is no infinity.
        var seen = 0.0
        var scale = 1.0
        var node: Int32 = 0
        for length in 1...Self.longest {
            guard at >= length,
                let next = children[Key(node: node, token: tokens[at - length])]
            else { break }
            node = next
            guard length >= Self.shortest else { continue }
            let followers = nodes[Int(node)]
            let count = Double(followers.count)
            let half = 0.5 * Double(followers.types)
            let own = Double(counts[Key(node: node, token: tokens[at])] ?? 0)
            seen = (max(own - 0.5, 0) + half * seen) / count
            scale = half * scale / count
        }
        return max(0, seen == 0 ? nll - log(scale) : -log(seen + scale * exp(-nll)))
    }

    /// Remembers the token at `at` as a follower of the contexts before it.
    private mutating func add(_ tokens: [TokenID], _ at: Int) {
        var node: Int32 = 0
        for length in 1...Self.longest where at >= length {
            let key = Key(node: node, token: tokens[at - length])
            if let next = children[key] {
                node = next
            } else {
                node = Int32(nodes.count)
                nodes.append(Followers())
                children[key] = node
            }
            guard length >= Self.shortest else { continue }
            let isNew = counts[Key(node: node, token: tokens[at]), default: 0] == 0
            counts[Key(node: node, token: tokens[at]), default: 0] += 1
            nodes[Int(node)].count += 1
            if isNew { nodes[Int(node)].types += 1 }
        }
    }
}
