import Foundation

/// Which part of a split model a GGUF file is: its `split.*` metadata and its name say so, and must
/// agree.
///
/// Part 2 of 3 is called `PREFIX-00002-of-00003.gguf`, as llama.cpp's gguf-split names it; its
/// `split.no` is 1. The other parts lie beside it.
struct GGUFSplit: Equatable {
    /// The parts' common path, up to the numbers.
    let prefix: String
    /// This part's number, from 1.
    let number: Int
    /// Parts in all, at least 2.
    let count: Int
    /// Tensors of all parts together.
    let tensorCount: Int

    /// What `part` says of itself; nil for a whole model.
    ///
    /// gguf-split leaves a `split.count` of 0 in what it has merged.
    init?(_ part: GGUFPart) throws(ModelError) {
        func integer(_ key: String, _ range: ClosedRange<Int>) throws(ModelError) -> Int? {
            guard let value = part.metadata[key] else { return nil }
            guard let integer = value.integer, range.contains(integer) else {
                throw ModelError(
                    "\(part.path): \(key) is \(value.integer.map(String.init) ?? "no number that fits"), expected "
                        + "\(range.lowerBound) to \(range.upperBound)")
            }
            return integer
        }
        let count = try integer("split.count", 0...Int(UInt16.max))
        let last = count == 0 ? Int(UInt16.max) : max(0, (count ?? 0) - 1)
        let index = try integer("split.no", 0...last)
        let tensorCount = try integer("split.tensors.count", 0...Int(Int32.max))
        let name = Self.numbers(in: part.path)
        guard let count, count > 1 else {
            guard name.map({ $0.count > 1 }) != true else {
                throw ModelError(
                    "\(part.path): the name is that of a part, but split.count is "
                        + "\(count.map(String.init) ?? "missing")",
                    hint: "if it is a whole model, give it a name without the numbers")
            }
            guard tensorCount == nil || tensorCount == part.tensorCount else {
                throw ModelError(
                    "\(part.path): \(part.tensorCount) tensors, but split.tensors.count is "
                        + "\(tensorCount ?? 0)",
                    hint: "the parts that it was merged from were not all there; merge them again")
            }
            return nil
        }
        guard let index, let tensorCount else {
            throw ModelError(
                "\(part.path): split.count is \(count), but "
                    + "\(index == nil ? "split.no" : "split.tensors.count") is missing")
        }
        guard let name, name.number == index + 1, name.count == count else {
            throw ModelError(
                "\(part.path): it is part \(index + 1) of \(count), but its name does not end in "
                    + "\"\(Self.suffix(number: index + 1, count: count))\"",
                hint: "give all parts the names that they were written with, in one folder")
        }
        (prefix, number) = (name.prefix, name.number)
        (self.count, self.tensorCount) = (count, tensorCount)
    }

    /// Where part `number` must lie.
    func path(of number: Int) -> String { prefix + Self.suffix(number: number, count: count) }

    /// - Throws: ``ModelError`` naming the parts that are not there.
    func checkAllAreThere() throws(ModelError) {
        // A link that leads nowhere is there, so that opening it can say what is wrong with it.
        let missing = (1...count).map(path).filter {
            var info = stat()
            return lstat($0, &info) != 0
        }
        guard missing.isEmpty else {
            let most = 4
            let others = missing.count > most ? " and \(missing.count - most) more" : ""
            throw ModelError(
                "\(path(of: number)): of the model's \(count) parts \(missing.count) are missing: "
                    + missing.prefix(most).joined(separator: ", ") + others,
                hint: "copy all parts into one folder")
        }
    }

    /// Whether `part` belongs to the same model as the part `first`.
    ///
    /// - Throws: ``ModelError`` saying in what it is of another.
    func check(_ part: GGUFPart, after first: GGUFPart) throws(ModelError) {
        guard try GGUFSplit(part)?.tensorCount == tensorCount else {
            throw ModelError(
                "\(part.path): a part of another model: split.tensors.count is not the "
                    + "\(tensorCount) of \(path(of: number))")
        }
        // gguf-split gives a later part nothing but its number; another tool may repeat the rest.
        let own = ["split.no", "general.alignment"]
        for key in part.metadata.keys.sorted() where !own.contains(key) {
            guard let value = first.metadata[key], value != part.metadata[key] else { continue }
            throw ModelError(
                "\(part.path): a part of another model: \"\(key)\" is not what \(first.path) says")
        }
    }

    private static func suffix(number: Int, count: Int) -> String {
        func digits(_ value: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, 5 - text.count)) + text
        }
        return "-\(digits(number))-of-\(digits(count)).gguf"
    }

    /// The numbers that a path ends in, if it ends as a part's does.
    private static func numbers(in path: String) -> (prefix: String, number: Int, count: Int)? {
        let length = suffix(number: 1, count: 1).utf8.count
        let end = Array(path.utf8.suffix(length))
        guard end.count == length,
            let number = Int(String(decoding: end[1..<6], as: UTF8.self)),
            let count = Int(String(decoding: end[10..<15], as: UTF8.self)),
            end == Array(suffix(number: number, count: count).utf8), 1 <= number, number <= count
        else { return nil }
        return (String(decoding: path.utf8.dropLast(length), as: UTF8.self), number, count)
    }
}
