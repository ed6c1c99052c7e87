extension TokenizerJSON {
    /// Refuses a decoder that is not `ByteLevel`.
    func checkDecoder() throws(ModelError) {
        guard let decoder = root.member("decoder") else { return }
        let type = try type(of: decoder, "decoder")
        guard type == "ByteLevel" else { throw unsupported("the decoder \(type)") }
    }

    /// The pre-tokenizer of byte-level BPE as steps; what stands behind `ByteLevel` only cuts.
    func byteLevelSteps() throws(ModelError) -> [PreTokenizerStep] {
        var steps: [PreTokenizerStep] = []
        var isByteLevel = false
        if let component = root.member("pre_tokenizer") {
            try append(component, to: &steps, &isByteLevel)
        }
        guard isByteLevel else { throw unsupported("a pre-tokenizer without ByteLevel") }
        return steps
    }

    private func append(
        _ component: JSONValue, to steps: inout [PreTokenizerStep], _ isByteLevel: inout Bool
    ) throws(ModelError) {
        let type = try type(of: component, "pre_tokenizer")
        if isByteLevel, type == "ByteLevel" { throw unsupported("ByteLevel twice") }
        switch type {
        case "Sequence":
            guard let parts = component["pretokenizers"]?.array else {
                throw malformed("a pre_tokenizer Sequence without \"pretokenizers\"")
            }
            for part in parts { try append(part, to: &steps, &isByteLevel) }
        case "ByteLevel":
            if component["add_prefix_space"]?.bool ?? true { steps.append(.prefixSpace) }
            if component["use_regex"]?.bool ?? true { steps.append(.gpt2) }
            isByteLevel = true
        default:
            if isByteLevel, !steps.contains(.byteAlphabet) { steps.append(.byteAlphabet) }
            steps.append(try cuttingStep(component, type))
        }
    }

    /// A pre-tokenizer that only cuts.
    func cuttingStep(
        _ component: JSONValue, _ type: String
    ) throws(ModelError) -> PreTokenizerStep {
        switch type {
        case "Digits": .digits(individual: component["individual_digits"]?.bool ?? false)
        case "Split": try split(component)
        default: throw unsupported("the pre-tokenizer \(type)")
        }
    }

    private func split(_ component: JSONValue) throws(ModelError) -> PreTokenizerStep {
        let pattern: String
        if let regex = component["pattern"]?["Regex"]?.text, !regex.isEmpty {
            pattern = regex
        } else if let text = component["pattern"]?["String"]?.text, !text.isEmpty {
            pattern = RegexParser.escaped(text)
        } else {
            throw unsupported("a Split without a Regex or String pattern")
        }
        guard let behavior = component["behavior"]?.text.flatMap(SplitBehavior.init(rawValue:))
        else { throw unsupported("a Split of an unknown behavior") }
        // Isolated keeps matches and gaps alike, so inverting changes nothing.
        let inverted = behavior != .isolated && component["invert"]?.bool ?? false
        return .split(pattern: pattern, behavior: behavior, inverted: inverted)
    }

    /// The `type` of a component at `place`.
    func type(of component: JSONValue, _ place: String) throws(ModelError) -> String {
        guard let type = component["type"]?.text else {
            throw malformed("\"\(place)\" has a component without a type")
        }
        return type
    }
}
