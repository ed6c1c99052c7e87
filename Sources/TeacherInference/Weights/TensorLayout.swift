extension Tensor {
    /// How a matrix' rows lie in its bytes: parts of tensors that a file keeps fused or transposed
    /// are views of the mapped bytes, no copies.
    enum Layout: Sendable, Equatable {
        /// One after the other.
        case contiguous
        /// Runs of `run` rows, `step` rows of the file from the start of one to that of the next.
        case runs(of: Int, step: Int)
        /// As the file's columns: [inputs, outputs] with `stride` numbers from an input to the next.
        case transposed(stride: Int)
    }

    /// The rows `range` of a matrix whose rows are contiguous, called `name`.
    func rows(_ range: Range<Int>, name: String) -> Tensor {
        let row = shape[1] / type.blockCount * type.blockBytes
        let part = range.lowerBound * row..<range.upperBound * row
        return Tensor(
            name: name, type: type, shape: [range.count, shape[1]],
            bytes: UnsafeRawBufferPointer(rebasing: bytes[part]), owner: owner)
    }

    /// Of every `parts` runs of `run` rows the one with index `part`, called `name`: GPT-NeoX keeps
    /// each head's query, key and value side by side.
    ///
    /// The matrix' rows are contiguous and a multiple of `parts * run`.
    func runs(of run: Int, part: Int, of parts: Int, name: String) -> Tensor {
        let count = shape[0] / (parts * run)
        let last = (count - 1) * parts * run + part * run + run
        var view = rows(part * run..<last, name: name)
        view = Tensor(
            name: name, type: type, shape: [count * run, shape[1]], bytes: view.bytes, owner: owner)
        view.layout = .runs(of: run, step: parts * run)
        return view
    }

    /// The transpose of the columns `range` of a matrix [inputs, columns], called `name`: GPT-2's
    /// Conv1D.
    ///
    /// Only for types without blocks, as safetensors has.
    func transposedColumns(_ range: Range<Int>, name: String) -> Tensor {
        precondition(type.blockCount == 1)
        let start = range.lowerBound * type.blockBytes
        let end = ((shape[0] - 1) * shape[1] + range.upperBound) * type.blockBytes
        var view = Tensor(
            name: name, type: type, shape: [range.count, shape[0]],
            bytes: UnsafeRawBufferPointer(rebasing: bytes[start..<end]), owner: owner)
        view.layout = .transposed(stride: shape[1])
        return view
    }

    /// Where row `row` begins, in rows of the file from the first byte; not for transposed ones.
    func place(ofRow row: Int) -> Int {
        guard case .runs(let run, let step) = layout else { return row }
        return row / run * step + row % run
    }
}
