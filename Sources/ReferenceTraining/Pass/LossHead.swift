import CKernels
import Foundation

/// The LM head fused with the cross-entropy, forward and backward, in tiles of a block of tokens and
/// a panel of the vocabulary.
///
/// Only one block's row of tiles exists at a time, [192, V], never [tokens, V]. A logit takes one
/// exponential: each panel keeps exp(logit − its own maximum), and the whole vocabulary's log-sum-exp
/// is put together from the panels (Milakov and Gimelshein 2018).
struct LossHead {
    private let kernels: TrainingKernels
    private let team: ThreadTeam
    private let width: Int
    private let panels: Int
    /// Panels are shared out to as many sums of the states' gradients, whatever the threads.
    private let lanes: Int

    /// [panels, block, 256].
    private let scores: FloatMemory
    /// [panels, block], each panel's greatest logit.
    private let tops: FloatMemory
    /// [panels, block], each panel's Σ exp(logit − top).
    private let totals: UnsafeMutableBufferPointer<Double>
    private let totalsOwner: FloatMemory
    /// [block].
    private let targetLogits: FloatMemory
    /// [lanes, block, D].
    private let partial: FloatMemory
    /// A block of states, [block / mr][D][mr] and [D / nr][block][nr].
    private let rowStates: FloatMemory
    private let columnStates: FloatMemory

    /// Working memory of the head of `layout`.
    init(_ layout: ParameterLayout, kernels: TrainingKernels, team: ThreadTeam) {
        self.kernels = kernels
        self.team = team
        width = layout.embedding.inputs
        let sizes = Sizes(layout)
        (panels, lanes) = (sizes.panels, sizes.lanes)
        scores = FloatMemory(sizes.scores)
        tops = FloatMemory(panels * RowBlocks.head.size)
        totalsOwner = FloatMemory(2 * panels * RowBlocks.head.size)
        // SAFETY: the owner has room for as many Doubles, aligned to 64 bytes, and lives as long.
        totals = UnsafeMutableBufferPointer(
            start: UnsafeMutableRawPointer(totalsOwner.base).assumingMemoryBound(to: Double.self),
            count: panels * RowBlocks.head.size)
        targetLogits = FloatMemory(RowBlocks.head.size)
        partial = FloatMemory(sizes.partial)
        rowStates = FloatMemory(sizes.packed)
        columnStates = FloatMemory(sizes.packed)
    }

    private struct Sizes {
        let panels: Int
        let lanes: Int
        let scores: Int
        let partial: Int
        let packed: Int

        init(_ layout: ParameterLayout) {
            let columns = Int(CKT_HEAD_COLUMNS), block = RowBlocks.head.size
            let width = layout.embedding.inputs
            panels = (layout.embedding.outputs + columns - 1) / columns
            lanes = min(panels, 32)
            scores = panels * block * columns
            partial = lanes * block * width
            packed = max(
                TrainingKernels.packed(block, width), TrainingKernels.packed(width, block))
        }
    }

    /// Floats that the head of `layout` works in.
    static func floats(_ layout: ParameterLayout) -> Int {
        let sizes = Sizes(layout)
        return sizes.scores + sizes.partial + 2 * sizes.packed
            + (3 * sizes.panels + 1) * RowBlocks.head.size
    }

    /// Where backward leaves its gradients.
    struct Gradients {
        /// [T, D].
        let states: UnsafeMutablePointer<Float>
        /// [V, D]; overwritten.
        let embedding: UnsafeMutablePointer<Float>
        /// What the sum of the losses is multiplied with: 1 / T.
        let weight: Float
        /// Each thread's working memory.
        let scratch: [FloatMemory]
    }

    /// The loss of every row, and its gradients where they are asked for.
    ///
    /// - Parameters:
    ///   - states: [T, D], normed.
    ///   - targets: [T], the token that each row is to predict.
    ///   - packed: the vocabulary's panels.
    ///   - gradients: where they go; nil for the loss alone.
    ///   - isCancelled: asked before each block of rows.
    /// - Returns: the sum of −ln p(target), nats, added in the order of the rows.
    /// - Throws: `CancellationError`.
    func run(
        states: UnsafePointer<Float>, targets: [Int32], packed: PackedWeights,
        gradients: Gradients?, isCancelled: () -> Bool
    ) throws -> Double {
        let rows = targets.count
        var sum = 0.0
        var logSums = [Double](repeating: 0, count: RowBlocks.head.size)
        try targets.withUnsafeBufferPointer { targets in
            guard let targets = targets.baseAddress else { return }
            try logSums.withUnsafeMutableBufferPointer { logSums in
                guard let logSums = logSums.baseAddress else { return }
                for block in 0..<RowBlocks.head.count(rows) {
                    if isCancelled() { throw CancellationError() }
                    let range = RowBlocks.head.range(block, of: rows)
                    let part = Block(
                        range: range, states: states + range.lowerBound * width,
                        targets: targets + range.lowerBound, logSums: logSums)
                    score(part, packed)
                    for row in 0..<range.count {
                        sum += logSums[row] - Double(targetLogits.base[row])
                    }
                    if let gradients { differentiate(part, packed, gradients) }
                }
            }
        }
        return sum
    }

    /// One block of rows.
    private struct Block {
        let range: Range<Int>
        /// [rows, D].
        let states: UnsafePointer<Float>
        /// [rows].
        let targets: UnsafePointer<Int32>
        /// [rows], log-sum-exp of the logits.
        let logSums: UnsafeMutablePointer<Double>
    }

    private func tile(_ block: Block, panel: Int, _ packed: PackedWeights) -> ckt_head_tile {
        let entries = packed.headRange(panel)
        return ckt_head_tile(
            rows: block.range.count, columns: entries.count, width: width,
            first: Int32(entries.lowerBound), targets: block.targets,
            scores: scores.base + panel * RowBlocks.head.size * Int(CKT_HEAD_COLUMNS),
            top: tops.base + panel * RowBlocks.head.size, soon: nil)
    }

    /// Leaves exp(logit − top) of every panel in ``scores`` and the log-sum-exp of each row.
    private func score(_ block: Block, _ packed: PackedWeights) {
        let table = kernels.table.pointee, rows = block.range.count
        table.pack_rows(rows, width, block.states, width, rowStates.base, kernels.rows)
        table.pack_columns(rows, width, block.states, width, columnStates.base, kernels.columns)
        guard let totals = totals.baseAddress else { return }
        team.run(panels) { panel, _ in
            var tile = tile(block, panel: panel, packed)
            table.head_scores(
                &tile, rowStates.base, packed.headForward(panel),
                totals + panel * RowBlocks.head.size,
                targetLogits.base)
        }
        let group = 12
        team.run((rows + group - 1) / group) { task, _ in
            for row in task * group..<min((task + 1) * group, rows) {
                var top = -Float.infinity
                for panel in 0..<panels {
                    top = max(top, tops.base[panel * RowBlocks.head.size + row])
                }
                var total = 0.0
                for panel in 0..<panels {
                    let place = panel * RowBlocks.head.size + row
                    total += totals[place] * exp(Double(tops.base[place]) - Double(top))
                }
                block.logSums[row] = Double(top) + log(total)
            }
        }
    }

    private func differentiate(_ block: Block, _ packed: PackedWeights, _ gradients: Gradients) {
        let table = kernels.table.pointee, rows = block.range.count
        let lane = RowBlocks.head.size * width
        team.run(lanes) { task, worker in
            let range = panels * task / lanes..<panels * (task + 1) / lanes
            for panel in range {
                var tile = tile(block, panel: panel, packed)
                if panel + 1 < range.upperBound {
                    tile.soon = UnsafePointer(
                        scores.base + (panel + 1) * RowBlocks.head.size * Int(CKT_HEAD_COLUMNS))
                }
                table.head_gradient(
                    &tile, block.logSums, gradients.weight, columnStates.base,
                    packed.headBackward(panel),
                    gradients.embedding + packed.headRange(panel).lowerBound * width,
                    block.range.lowerBound > 0 ? 1 : 0, partial.base + task * lane,
                    panel > range.lowerBound ? 1 : 0, gradients.scratch[worker].base)
            }
        }
        let group = 12
        team.run((rows + group - 1) / group) { task, _ in
            let first = task * group * width, count = min(group, rows - task * group) * width
            let sum = gradients.states + block.range.lowerBound * width + first
            sum.update(from: partial.base + first, count: count)
            for index in 1..<lanes {
                table.add(count, partial.base + index * lane + first, sum)
            }
        }
    }
}
