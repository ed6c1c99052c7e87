/// A JSON object of a model's folder, with typed look-ups whose errors name file and field.
struct JSONObject {
    /// The parsed members, those that are null among them.
    let values: [String: JSONValue]

    /// Where the object came from, for messages.
    let path: String

    /// Parses the file at `path`.
    init(path: String) throws(ModelError) {
        try self.init(bytes: try RegularFile(path: path).read(), path: path)
    }

    /// Parses `bytes`, as strictly as ``JSONParser`` does: no key stands twice in an object.
    init(bytes: some Collection<UInt8>, path: String) throws(ModelError) {
        guard let members = try JSONParser.parse(Array(bytes), source: path).object else {
            throw ModelError("\(path): not a JSON object")
        }
        try self.init(members, path: path)
    }

    private init(_ members: [(key: [UInt8], value: JSONValue)], path: String) throws(ModelError) {
        self.path = path
        var values: [String: JSONValue] = [:]
        for (key, value) in members {
            // Swift takes two spellings of one letter for equal, so that keys may meet here.
            guard values.updateValue(value, forKey: String(decoding: key, as: UTF8.self)) == nil
            else {
                throw ModelError("\(path): the key \(JSONParser.quoted(key)) stands there twice")
            }
        }
        self.values = values
    }

    /// The member `name`, nil when absent or null.
    private func present(_ name: String) -> JSONValue? {
        guard let value = values[name], !value.isNull else { return nil }
        return value
    }

    private func wrong(_ name: String, _ value: JSONValue, _ expected: String) -> ModelError {
        ModelError("\(path): \"\(name)\" is \(value.spelled), expected \(expected)")
    }

    /// An integer member, which may be spelled as a number without a fraction.
    func integer(_ name: String) throws(ModelError) -> Int? {
        guard let value = present(name) else { return nil }
        if case .number(let number) = value, let integer = Int(exactly: number) { return integer }
        guard let integer = value.integer else { throw wrong(name, value, "an integer") }
        return integer
    }

    /// A number member; always finite, since JSON has no others.
    func number(_ name: String) throws(ModelError) -> Double? {
        guard let value = present(name) else { return nil }
        guard let number = value.double else { throw wrong(name, value, "a number") }
        return number
    }

    /// A Boolean member.
    func bool(_ name: String) throws(ModelError) -> Bool? {
        guard let value = present(name) else { return nil }
        guard let bool = value.bool else { throw wrong(name, value, "true or false") }
        return bool
    }

    /// A string member.
    func string(_ name: String) throws(ModelError) -> String? {
        guard let value = present(name) else { return nil }
        guard let text = value.text else { throw wrong(name, value, "a string") }
        return text
    }

    /// A member that is a list of strings.
    func strings(_ name: String) throws(ModelError) -> [String]? {
        guard let value = present(name) else { return nil }
        let list = value.array?.map(\.text)
        guard let list, !list.contains(nil) else {
            throw ModelError("\(path): \"\(name)\" is not a list of strings")
        }
        return list.compactMap { $0 }
    }

    /// A member that is a list of integers.
    func integers(_ name: String) throws(ModelError) -> [Int]? {
        guard let value = present(name) else { return nil }
        let list = value.array?.map(\.integer)
        guard let list, !list.contains(nil) else {
            throw ModelError("\(path): \"\(name)\" is not a list of integers")
        }
        return list.compactMap { $0 }
    }

    /// A member that is a list of numbers.
    func numbers(_ name: String) throws(ModelError) -> [Double]? {
        guard let value = present(name) else { return nil }
        let list = value.array?.map(\.double)
        guard let list, !list.contains(nil) else {
            throw ModelError("\(path): \"\(name)\" is not a list of numbers")
        }
        return list.compactMap { $0 }
    }

    /// A scalar member as the file might spell it; nil when absent or null.
    func spelling(_ name: String) -> String? { present(name)?.spelled }

    /// An object member.
    func object(_ name: String) throws(ModelError) -> JSONObject? {
        guard let value = present(name) else { return nil }
        guard let members = value.object else { throw wrong(name, value, "an object") }
        return try JSONObject(members, path: "\(path), \"\(name)\"")
    }

    /// Refuses members that are not called `names`.
    func checkNames(_ names: Set<String>) throws(ModelError) {
        for name in values.keys.sorted() where !names.contains(name) && isMeaningful(name) {
            throw ModelError("\(path): field \"\(name)\" is not understood")
        }
    }

    /// Whether `name` says something: neither absent, null, false nor empty.
    func isMeaningful(_ name: String) -> Bool {
        switch present(name) {
        case nil, .null?: false
        case .bool(let value)?: value
        case .array(let list)?: !list.isEmpty
        case .object(let members)?: !members.isEmpty
        case .integer?, .number?, .string?: true
        }
    }
}

extension JSONValue {
    /// A scalar as the file might spell it, else what kind of value this is: for messages.
    fileprivate var spelled: String {
        switch self {
        case .bool(let value): String(value)
        case .integer(let value): String(value)
        case .number(let value): String(value)
        case .string(let bytes): JSONParser.quoted(bytes)
        case .null, .array, .object: kind
        }
    }
}
