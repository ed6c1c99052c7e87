import CKernels

/// The matrices in the two layouts that products read, made anew from the weights at each step.
///
/// Forward, inputs · matrixᵀ: [outputs / nr][inputs][nr]. Backward, outputs' gradients · matrix:
/// [inputs / nr][outputs][nr]. The embedding's backward layout is cut into the LM head's panels.
struct PackedWeights {
    private let kernels: TrainingKernels
    private let layout: ParameterLayout
    private let memory: FloatMemory
    private let places: [Int: Place]
    private let embedding: Place
    private let panel = Int(CKT_HEAD_COLUMNS)

    private struct Place {
        let forward: Int
        let backward: Int
    }

    /// Room for the matrices of `layout`.
    init(_ layout: ParameterLayout, kernels: TrainingKernels) {
        self.layout = layout
        self.kernels = kernels
        var offset = 0
        func take(_ count: Int) -> Int {
            defer { offset += (count + 15) / 16 * 16 }
            return offset
        }
        func place(_ tensor: ParameterLayout.Tensor, panel: Int) -> Place {
            // A panel's strips begin anew, and the last panel is given a whole one's room.
            let panels = (tensor.outputs + panel - 1) / panel
            return Place(
                forward: take(TrainingKernels.packed(tensor.outputs, tensor.inputs)),
                backward: take(panels * TrainingKernels.packed(tensor.inputs, panel)))
        }
        embedding = place(layout.embedding, panel: panel)
        var places: [Int: Place] = [:]
        for matrix in layout.layers.flatMap(\.matrices) {
            places[matrix.offset] = place(matrix, panel: matrix.outputs)
        }
        self.places = places
        memory = FloatMemory(offset)
    }

    /// Floats that the packed matrices of `layout` take.
    static func floats(_ layout: ParameterLayout) -> Int {
        let matrices = layout.layers.flatMap(\.matrices).reduce(0) {
            $0 + TrainingKernels.packed($1.outputs, $1.inputs)
                + TrainingKernels.packed($1.inputs, $1.outputs)
        }
        let panel = Int(CKT_HEAD_COLUMNS), head = layout.embedding
        return matrices + TrainingKernels.packed(head.outputs, head.inputs)
            + (head.outputs + panel - 1) / panel * TrainingKernels.packed(head.inputs, panel)
    }

    /// Packs every matrix of `weights`.
    func pack(_ weights: UnsafePointer<Float>, team: ThreadTeam) {
        let matrices = layout.layers.flatMap(\.matrices)
        let panels = headPanels
        team.run(panels + matrices.count) { task, _ in
            guard task < panels else {
                let matrix = matrices[task - panels]
                pack(
                    matrix, rows: 0..<matrix.outputs, of: weights, forward(matrix), backward(matrix)
                )
                return
            }
            let rows = headRange(task)
            pack(layout.embedding, rows: rows, of: weights, headForward(task), headBackward(task))
        }
    }

    private func pack(
        _ matrix: ParameterLayout.Tensor, rows: Range<Int>, of weights: UnsafePointer<Float>,
        _ forward: UnsafePointer<Float>, _ backward: UnsafePointer<Float>
    ) {
        let source = weights + matrix.offset + rows.lowerBound * matrix.inputs
        let inputs = matrix.inputs, table = kernels.table.pointee
        table.pack_rows(
            rows.count, inputs, source, inputs, UnsafeMutablePointer(mutating: forward),
            kernels.columns)
        table.pack_columns(
            rows.count, inputs, source, inputs, UnsafeMutablePointer(mutating: backward),
            kernels.columns)
    }

    /// `matrix` for products with its inputs.
    func forward(_ matrix: ParameterLayout.Tensor) -> UnsafePointer<Float> {
        UnsafePointer(memory.base + place(matrix).forward)
    }

    /// `matrix` for products with the gradients of its outputs.
    func backward(_ matrix: ParameterLayout.Tensor) -> UnsafePointer<Float> {
        UnsafePointer(memory.base + place(matrix).backward)
    }

    private func place(_ matrix: ParameterLayout.Tensor) -> Place {
        guard let place = places[matrix.offset] else {
            preconditionFailure("\(matrix.name) is no matrix of the layout")
        }
        return place
    }

    /// Panels that the vocabulary is cut into.
    var headPanels: Int { (layout.embedding.outputs + panel - 1) / panel }

    /// Vocabulary entries of panel `index`.
    func headRange(_ index: Int) -> Range<Int> {
        index * panel..<min((index + 1) * panel, layout.embedding.outputs)
    }

    /// Panel `index` of the LM head for logits.
    func headForward(_ index: Int) -> UnsafePointer<Float> {
        UnsafePointer(memory.base + embedding.forward + index * panel * layout.embedding.inputs)
    }

    /// Panel `index` of the LM head for the gradients of the states.
    func headBackward(_ index: Int) -> UnsafePointer<Float> {
        UnsafePointer(
            memory.base + embedding.backward
                + index * TrainingKernels.packed(layout.embedding.inputs, panel))
    }
}
