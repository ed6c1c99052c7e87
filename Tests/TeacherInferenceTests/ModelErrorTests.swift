import Testing

@testable import TeacherInference

@Suite struct ModelErrorTests {
    @Test("what a file says cannot steer a terminal")
    func controls() {
        let error = ModelError("tensor \"\u{1B}[2J\n\u{7F}\u{9B}é\"", hint: "a\tb")
        #expect(error.message == #"tensor "\u{1B}[2J\n\u{7F}\u{009B}é""#)
        #expect(error.hint == #"a\tb"#)
    }

    @Test("of a very long message the beginning and the end are kept")
    func long() {
        let message = "cannot read x: " + String(repeating: "語", count: 100_000) + " is missing"
        let error = ModelError(message)
        #expect(error.message.unicodeScalars.count <= ModelError.longest)
        #expect(error.message.hasPrefix("cannot read x: 語"))
        #expect(error.message.hasSuffix("語 is missing"))
        let short = String(repeating: "語", count: ModelError.longest)
        #expect(ModelError(short).message == short)
    }
}
