import Prediction

extension SelectionRule: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case size, corpus, unit, guards, score, ascending, sample, baseline, mix, match, partial
        case excludedDomains = "exclude_domains"
        /// Only where it is used.
        case excludedIDs = "exclude_ids"
        /// Only where it is used.
        case slice
        /// Only where it is true.
        case keepSlice = "keep_slice"
        case ranges = "where"
        /// Only where the teacher reads a share.
        case prediction
        /// Only where it is true.
        case trustsPrediction = "anyway"
        case keepDuplicates = "keep_duplicates"
        /// Of version 1: true turns all guards off, where `guards` is missing.
        case noGuards = "no_guards"
    }

    private enum SizeKeys: String, CodingKey, CaseIterable {
        case topK = "top_k"
        case ratio
        case tokenBudget = "token_budget"
        case tokenRatio = "token_ratio"
        case minScore = "min_score"
        case like
    }

    /// Reads the object of ``canonicalJSON()``; all but `size` may be left out, and the guards are
    /// then the standard ones.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.allCases.map(\.rawValue))
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys, default fallback: Value) throws -> Value {
            try values.decodeIfPresent(Value.self, forKey: key) ?? fallback
        }
        self.init(
            size: try Self.size(values.nestedContainer(keyedBy: SizeKeys.self, forKey: .size)),
            corpus: try values.decodeIfPresent(String.self, forKey: .corpus),
            guards: try value(
                .guards, default: try value(.noGuards, default: false) ? .none : .standard),
            keepDuplicates: try value(.keepDuplicates, default: false),
            partial: try value(.partial, default: false))
        unit = try value(.unit, default: .chunk)
        excludedIDs = try values.decodeIfPresent(IDListFile.self, forKey: .excludedIDs)
        slice = try values.decodeIfPresent(CorpusSlice.self, forKey: .slice)
        keepSlice = try value(.keepSlice, default: false)
        excludedDomains = Self.inByteOrder(try value(.excludedDomains, default: []))
        ranges = try value(.ranges, default: [])
        score = try value(.score, default: .column(.difference))
        ascending = try value(.ascending, default: false)
        sample = try values.decodeIfPresent(Sample.self, forKey: .sample)
        baseline = try values.decodeIfPresent(Baseline.self, forKey: .baseline)
        mix = try values.decodeIfPresent(Mix.self, forKey: .mix)
        match = try value(.match, default: [])
        prediction = try values.decodeIfPresent(RidgeRegression.self, forKey: .prediction)
        trustsPrediction = try value(.trustsPrediction, default: false)
    }

    private static func size(_ sizes: KeyedDecodingContainer<SizeKeys>) throws -> Size {
        guard sizes.allKeys.count == 1, let key = sizes.allKeys.first else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: sizes.codingPath,
                    debugDescription: "exactly one of "
                        + SizeKeys.allCases.map(\.rawValue).joined(separator: ", ")))
        }
        switch key {
        case .topK: return .topK(try sizes.decode(Int.self, forKey: key))
        case .tokenBudget: return .tokenBudget(try sizes.decode(Int.self, forKey: key))
        case .minScore: return .minScore(try sizes.decode(Double.self, forKey: key))
        case .ratio: return .ratio(try DecimalFraction(sizes.decode(String.self, forKey: key)))
        case .tokenRatio:
            return .tokenRatio(try DecimalFraction(sizes.decode(String.self, forKey: key)))
        case .like: return .like(try sizes.decode(String.self, forKey: key))
        }
    }

    /// Writes the object of ``canonicalJSON()``.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(ascending, forKey: .ascending)
        try values.encode(baseline, forKey: .baseline)
        try values.encode(corpus, forKey: .corpus)
        try values.encode(excludedDomains, forKey: .excludedDomains)
        try values.encodeIfPresent(excludedIDs, forKey: .excludedIDs)
        try values.encode(guards, forKey: .guards)
        try values.encode(keepDuplicates, forKey: .keepDuplicates)
        if keepSlice { try values.encode(true, forKey: .keepSlice) }
        try values.encode(match, forKey: .match)
        try values.encode(mix, forKey: .mix)
        try values.encode(partial, forKey: .partial)
        try values.encodeIfPresent(prediction, forKey: .prediction)
        if trustsPrediction { try values.encode(true, forKey: .trustsPrediction) }
        try values.encode(sample, forKey: .sample)
        try values.encode(score, forKey: .score)
        try values.encodeIfPresent(slice, forKey: .slice)
        try values.encode(unit, forKey: .unit)
        try values.encode(ranges, forKey: .ranges)
        var sizes = values.nestedContainer(keyedBy: SizeKeys.self, forKey: .size)
        switch size {
        case .topK(let n): try sizes.encode(n, forKey: .topK)
        case .ratio(let r): try sizes.encode(r.description, forKey: .ratio)
        case .tokenBudget(let n): try sizes.encode(n, forKey: .tokenBudget)
        case .tokenRatio(let r): try sizes.encode(r.description, forKey: .tokenRatio)
        case .minScore(let x): try sizes.encode(x, forKey: .minScore)
        case .like(let name): try sizes.encode(name, forKey: .like)
        }
    }
}
