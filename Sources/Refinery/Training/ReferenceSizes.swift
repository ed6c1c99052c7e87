import ReferenceTraining

/// The sizes that a reference may have, and which of them suits a slice.
struct ReferenceSizes {
    /// A slice of fewer tokens trains nothing that could judge text.
    static let leastTokens: Int64 = 2_000_000
    /// Tokens a parameter beside the embedding (arXiv 2203.15556).
    static let tokensPerParameter = 20
    /// Tokens after which a slice is not read again.
    static let enoughTokens: Int64 = 8_000_000
    /// How much smaller than the teacher's the reference's forward pass must be.
    static let teacherShare = 0.1

    /// Layers and width, from the smallest to the largest; heads have 32 or 64 floats.
    private static let ladder: [(layers: Int, width: Int)] = [
        (2, 64), (3, 64), (3, 96), (4, 96), (4, 128), (5, 160), (6, 192), (6, 256), (8, 320),
        (8, 384),
        (10, 448), (12, 512), (12, 640), (14, 768), (16, 896), (18, 1024), (20, 1280),
    ]

    /// Ids of the vocabulary.
    let vocabulary: Int
    /// Tokens of the longest sequence.
    let context: Int

    /// A shape of so many layers and floats a token.
    ///
    /// - Throws: ``RefineryError`` for a width that has no even heads.
    func shape(layers: Int, width: Int) throws -> ReferenceShape {
        guard width % 32 == 0, (32...8192).contains(width), (1...200).contains(layers) else {
            throw RefineryError(
                .invalid, "a reference of \(layers) layers and width \(width) cannot be made",
                hint: "layers are 1 to 200, the width is a multiple of 32, up to 8192")
        }
        let headSize = width % 64 == 0 && width >= 256 ? 64 : 32
        // Llama's 8/3, to a multiple of 32.
        let feedForward = (width * 8 / 3 + 31) / 32 * 32
        return ReferenceShape(
            layers: layers, width: width, heads: width / headSize, kvHeads: width / headSize,
            headSize: headSize, feedForward: feedForward, vocabulary: vocabulary,
            context: context)
    }

    /// The largest shape that has its tokens and is small beside the teacher; the smallest where
    /// none is.
    ///
    /// - Parameters:
    ///   - tokens: tokens that training sees, those of every pass.
    ///   - teacherOperations: floating-point operations of the teacher's forward pass a token.
    ///   - length: tokens of a usual sequence.
    ///   - fits: whether a shape can be trained in the time that there is.
    /// - Returns: The shape.
    /// - Throws: What `fits` throws.
    func automatic(
        tokens: Int64, teacherOperations: Double, length: Int,
        fits: (ReferenceShape) throws -> Bool
    ) throws -> ReferenceShape {
        for size in Self.ladder.reversed() {
            let shape = try shape(layers: size.layers, width: size.width)
            guard Int64(shape.bodyParameters * Self.tokensPerParameter) <= tokens else { continue }
            let forward = forwardOperations(shape, length: length)
            guard forward <= teacherOperations * Self.teacherShare else { continue }
            if try fits(shape) { return shape }
        }
        return try shape(layers: Self.ladder[0].layers, width: Self.ladder[0].width)
    }

    /// Floating-point operations of a shape's forward pass a token, in sequences of so many tokens.
    func forwardOperations(_ shape: ReferenceShape, length: Int) -> Double {
        // Backward is twice forward.
        shape.operations(lengths: [length]) / 3 / Double(length)
    }

    /// Passes over a slice of so many tokens.
    ///
    /// A small slice is read up to four times, until 8,000,000 tokens are seen: up to there a
    /// second reading is nearly as good as new text (Muennighoff et al. 2023, arXiv 2305.16264).
    func epochs(tokens: Int64, _ request: ReferenceRequest) -> Int64 {
        request.epochs.map(Int64.init)
            ?? min(4, max(1, (Self.enoughTokens + tokens - 1) / max(1, tokens)))
    }

    /// The optimiser's settings.
    ///
    /// Batches have 2,048 to 65,536 tokens, so that there are some thousand steps. The learning rate
    /// falls with the root of the width.
    ///
    /// - Parameters:
    ///   - shape: the model's shape.
    ///   - training: the slice.
    ///   - request: seed and, where it names them, passes over the slice.
    /// - Returns: The settings.
    func settings(
        _ shape: ReferenceShape, _ training: TokenSequences, _ request: ReferenceRequest
    ) -> TrainingSettings {
        let epochs = epochs(tokens: Int64(training.predictedCount), request)
        let tokens = Int64(training.predictedCount) * epochs
        var batch = max(2048, context)
        while batch < 65_536, Int64(batch) * 4000 < tokens { batch *= 2 }
        let steps = TrainingRun.steps(
            epochs: Int(epochs), of: training, batchTokens: batch, seed: request.seed)
        return TrainingSettings(
            seed: request.seed, steps: steps, batchTokens: batch,
            learningRate: 0.004 * (96 / Double(max(96, shape.width))).squareRoot(),
            warmupSteps: min(200, steps / 20), decaySteps: steps / 4)
    }
}
