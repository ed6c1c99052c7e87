/// The name that a misspelt one may stand for.
public enum NearestName {
    /// The one of `names` that is closest to `word`, if it is at most two edits away; else nil.
    public static func of(_ word: String, among names: [String]) -> String? {
        let letters = Array(word.utf8.prefix(64))
        let distances = names.map { (name: $0, distance: distance(letters, Array($0.utf8))) }
        return distances.filter { $0.distance <= 2 }.min { $0.distance < $1.distance }?.name
    }

    /// Levenshtein's distance: bytes to insert, delete or replace.
    private static func distance(_ word: [UInt8], _ name: [UInt8]) -> Int {
        var row = Array(0...name.count)
        for (i, letter) in word.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in name.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (letter == other ? 0 : 1))
                diagonal = above
            }
        }
        return row[name.count]
    }
}
