/// The values of the imported columns that a rule reads, NaN where there is none.
struct ImportedValues: Sendable, BitwiseCopyable {
    /// Imported columns that one rule may read.
    static let most = 4

    private var values = InlineArray<4, Double>(repeating: .nan)

    /// The value of the column at that place.
    subscript(_ place: Int) -> Double {
        get { values[place] }
        set { values[place] = newValue }
    }

    /// The values of a document whose chunks are added one by one: what all of them share; of
    /// numbers that differ the mean by tokens; NaN where a chunk has none or categories differ.
    struct Whole {
        private var first = ImportedValues()
        private var sums = InlineArray<4, Double>(repeating: 0)
        private var differs = InlineArray<4, Bool>(repeating: false)
        private var tokens = 0.0

        /// Adds the values of the next chunk.
        mutating func add(_ chunk: ImportedValues, tokens: Int32) {
            let isFirst = self.tokens == 0
            self.tokens += Double(tokens)
            for place in 0..<ImportedValues.most {
                if isFirst { first[place] = chunk[place] }
                // NaN differs from itself.
                if chunk[place] != first[place] { differs[place] = true }
                sums[place] += Double(tokens) * chunk[place]
            }
        }

        /// The document's values; those at places in `categories` have no mean.
        func values(categories: Set<Int>) -> ImportedValues {
            var whole = first
            for place in 0..<ImportedValues.most where differs[place] {
                whole[place] = categories.contains(place) ? .nan : sums[place] / tokens
            }
            return whole
        }
    }
}
