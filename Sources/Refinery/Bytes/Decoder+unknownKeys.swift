extension Decoder {
    /// Throws where the object has a key that is none of `known`: a misspelt rule must not pass
    /// for a shorter one.
    func refuseUnknownKeys(_ known: [String]) throws {
        let keys = try container(keyedBy: AnyKey.self).allKeys
        for key in keys where !known.contains(key.stringValue) {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: codingPath + [key],
                    debugDescription: "unknown key; known: \(known.joined(separator: ", "))"))
        }
    }
}

/// Whatever key stands in an object.
private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init?(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) {
        nil
    }
}
