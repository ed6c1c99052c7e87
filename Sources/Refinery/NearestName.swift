/// The name that a misspelt one may stand for.
public enum NearestName {
    /// The one of `names` that is closest to `word`; nil where none is close.
    ///
    /// Close is an edit for three letters of the word, two at most; a short word has one. An edit
    /// inserts, deletes or replaces a byte, or exchanges two neighbours.
    public static func of(_ word: String, among names: [String]) -> String? {
        let letters = Array(word.utf8.prefix(64))
        let most = max(1, min(2, letters.count / 3))
        let distances = names.map { (name: $0, distance: distance(letters, Array($0.utf8))) }
        return distances.filter { $0.distance <= most }.min { $0.distance < $1.distance }?.name
    }

    /// Edits from one to the other, none of them of a place that was edited before.
    private static func distance(_ word: [UInt8], _ name: [UInt8]) -> Int {
        var before: [Int] = []
        var row = Array(0...name.count)
        for (i, letter) in word.enumerated() {
            var next = [i + 1]
            for (j, other) in name.enumerated() {
                var least = min(
                    row[j + 1] + 1, next[j] + 1, row[j] + (letter == other ? 0 : 1))
                if i > 0, j > 0, letter == name[j - 1], other == word[i - 1] {
                    least = min(least, before[j - 1] + 1)
                }
                next.append(least)
            }
            (before, row) = (row, next)
        }
        return row[name.count]
    }
}
