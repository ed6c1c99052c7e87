extension OutputRow {
    /// Writes the row as one line of JSON, with a newline at the end.
    ///
    /// With `keepFields` the object ends in `"fields"`: the document's other fields as one
    /// object, as they stood in its line, or null where there were none.
    public func write(to json: inout JSONBytes, keepFields: Bool) {
        json.raw("{\"id\":")
        json.repairedString(document)
        json.raw(",\"chunk\":")
        if let ordinal { json.integer(ordinal) } else { json.raw("null") }
        json.raw(",\"text\":")
        json.string(text)
        json.raw(",\"domain\":")
        if let domain { json.repairedString(domain) } else { json.raw("null") }
        json.raw(",\"score\":")
        json.number(score)
        json.raw(",\"teacher_nll\":")
        if teacherNLL.isNaN { json.raw("null") } else { json.number(teacherNLL) }
        json.raw(",\"reference_nll\":")
        json.number(referenceNLL)
        json.raw(",\"tokens\":")
        json.integer(tokens)
        json.raw(",\"rank\":")
        json.integer(rank)
        json.raw(",\"start\":")
        json.integer(range.lowerBound)
        json.raw(",\"end\":")
        json.integer(range.upperBound)
        json.raw(isFinal ? ",\"final\":true" : ",\"final\":false")
        if keepFields {
            json.raw(",\"fields\":")
            if let fields { json.raw(fields) } else { json.raw("null") }
        }
        json.raw("}\n")
    }
}

extension ExportRow {
    /// Writes the row as one line of JSON, as ``OutputRow/write(to:keepFields:)`` does.
    public func write(to json: inout JSONBytes, keepFields: Bool) {
        OutputRow(self).write(to: &json, keepFields: keepFields)
    }
}
