extension SelectionRule: Codable {
    private enum CodingKeys: String, CodingKey {
        case size, corpus, partial
        case keepDuplicates = "keep_duplicates"
        case noGuards = "no_guards"
    }

    private enum SizeKeys: String, CodingKey, CaseIterable {
        case topK = "top_k"
        case ratio
        case tokenBudget = "token_budget"
        case minScore = "min_score"
    }

    /// Reads the object of `canonicalJSON`; all but `size` may be left out.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        corpus = try values.decodeIfPresent(String.self, forKey: .corpus)
        keepDuplicates = try values.decodeIfPresent(Bool.self, forKey: .keepDuplicates) ?? false
        noGuards = try values.decodeIfPresent(Bool.self, forKey: .noGuards) ?? false
        partial = try values.decodeIfPresent(Bool.self, forKey: .partial) ?? false
        let sizes = try values.nestedContainer(keyedBy: SizeKeys.self, forKey: .size)
        guard sizes.allKeys.count == 1, let key = sizes.allKeys.first else {
            throw DecodingError.dataCorruptedError(
                forKey: .size, in: values,
                debugDescription: "exactly one of top_k, ratio, token_budget, min_score")
        }
        switch key {
        case .topK: size = .topK(try sizes.decode(Int.self, forKey: key))
        case .tokenBudget: size = .tokenBudget(try sizes.decode(Int.self, forKey: key))
        case .minScore: size = .minScore(try sizes.decode(Double.self, forKey: key))
        case .ratio:
            size = .ratio(try DecimalFraction(sizes.decode(String.self, forKey: key)))
        }
    }

    /// Writes the object of `canonicalJSON`.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(corpus, forKey: .corpus)
        try values.encode(keepDuplicates, forKey: .keepDuplicates)
        try values.encode(noGuards, forKey: .noGuards)
        try values.encode(partial, forKey: .partial)
        var sizes = values.nestedContainer(keyedBy: SizeKeys.self, forKey: .size)
        switch size {
        case .topK(let n): try sizes.encode(n, forKey: .topK)
        case .ratio(let r): try sizes.encode(r.description, forKey: .ratio)
        case .tokenBudget(let n): try sizes.encode(n, forKey: .tokenBudget)
        case .minScore(let x): try sizes.encode(x, forKey: .minScore)
        }
    }
}
