import Foundation

/// A JSON object of a model's folder, with typed look-ups whose errors name file and field.
struct JSONObject {
    /// The parsed members.
    let values: [String: Any]

    /// Where the object came from, for messages.
    let path: String

    /// Parses the file at `path`.
    init(path: String) throws(ModelError) {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw ModelError("cannot read \(path): \(error.localizedDescription)")
        }
        try self.init(bytes: data, path: path)
    }

    /// Parses `bytes`.
    ///
    /// Foundation refuses nesting deeper than 512 levels.
    init(bytes: Data, path: String) throws(ModelError) {
        self.path = path
        let value: Any
        do {
            value = try JSONSerialization.jsonObject(with: bytes)
        } catch {
            throw ModelError("\(path): not valid JSON")
        }
        guard let object = value as? [String: Any] else {
            throw ModelError("\(path): not a JSON object")
        }
        values = object
    }

    private init(values: [String: Any], path: String) {
        self.values = values
        self.path = path
    }

    /// The member `name`, nil when absent or null.
    private func present(_ name: String) -> Any? {
        guard let value = values[name], !(value is NSNull) else { return nil }
        return value
    }

    /// An integer member.
    func integer(_ name: String) throws(ModelError) -> Int? {
        guard let value = present(name) else { return nil }
        guard let number = value as? NSNumber, !isBoolean(number),
            let integer = Int(exactly: number.doubleValue)
        else { throw ModelError("\(path): \"\(name)\" is \(value), expected an integer") }
        return integer
    }

    /// A number member.
    func number(_ name: String) throws(ModelError) -> Double? {
        guard let value = present(name) else { return nil }
        guard let number = value as? NSNumber, !isBoolean(number) else {
            throw ModelError("\(path): \"\(name)\" is \(value), expected a number")
        }
        return number.doubleValue
    }

    /// A Boolean member.
    func bool(_ name: String) throws(ModelError) -> Bool? {
        guard let value = present(name) else { return nil }
        guard let number = value as? NSNumber, isBoolean(number) else {
            throw ModelError("\(path): \"\(name)\" is \(value), expected true or false")
        }
        return number.boolValue
    }

    /// A string member.
    func string(_ name: String) throws(ModelError) -> String? {
        guard let value = present(name) else { return nil }
        guard let text = value as? String else {
            throw ModelError("\(path): \"\(name)\" is \(value), expected a string")
        }
        return text
    }

    /// A member that is a list of strings.
    func strings(_ name: String) throws(ModelError) -> [String]? {
        guard let value = present(name) else { return nil }
        guard let list = value as? [String] else {
            throw ModelError("\(path): \"\(name)\" is not a list of strings")
        }
        return list
    }

    /// A member that is a list of integers.
    func integers(_ name: String) throws(ModelError) -> [Int]? {
        guard let value = present(name) else { return nil }
        let list = (value as? [NSNumber])?.compactMap { number in
            isBoolean(number) ? nil : Int(exactly: number.doubleValue)
        }
        guard let list, list.count == (value as? [Any])?.count else {
            throw ModelError("\(path): \"\(name)\" is not a list of integers")
        }
        return list
    }

    /// A member that is a list of numbers.
    func numbers(_ name: String) throws(ModelError) -> [Double]? {
        guard let value = present(name) else { return nil }
        guard let list = value as? [NSNumber], !list.contains(where: isBoolean) else {
            throw ModelError("\(path): \"\(name)\" is not a list of numbers")
        }
        return list.map(\.doubleValue)
    }

    /// An object member.
    func object(_ name: String) throws(ModelError) -> JSONObject? {
        guard let value = present(name) else { return nil }
        guard let object = value as? [String: Any] else {
            throw ModelError("\(path): \"\(name)\" is \(value), expected an object")
        }
        return JSONObject(values: object, path: "\(path), \"\(name)\"")
    }

    /// Refuses members that are not called `names`.
    func checkNames(_ names: Set<String>) throws(ModelError) {
        for name in values.keys.sorted() where !names.contains(name) && isMeaningful(name) {
            throw ModelError("\(path): field \"\(name)\" is not understood")
        }
    }

    /// Whether `name` says something: neither absent, null, false nor empty.
    func isMeaningful(_ name: String) -> Bool {
        guard let value = present(name) else { return false }
        if let number = value as? NSNumber, isBoolean(number) { return number.boolValue }
        if let list = value as? [Any] { return !list.isEmpty }
        if let object = value as? [String: Any] { return !object.isEmpty }
        return true
    }

    private func isBoolean(_ number: NSNumber) -> Bool {
        String(cString: number.objCType) == "c"
    }
}
