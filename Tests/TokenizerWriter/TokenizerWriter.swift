import Foundation
import TeacherInference

/// Writes a model's tokenizer into a folder, for `scripts/judges/tokenizer_written.py`.
@main
enum TokenizerWriter {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count == 2 || arguments.count == 3 else {
            fail("usage: tokenizer-writer MODEL FOLDER [PRE]", status: 64)
        }
        do {
            let pre = arguments.count == 3 ? arguments[2] : nil
            try TokenizerFolder.write(of: arguments[0], pre: pre, to: arguments[1])
        } catch {
            fail([error.message, error.hint].compactMap { $0 }.joined(separator: "\n"), status: 1)
        }
    }

    private static func fail(_ message: String, status: Int32) -> Never {
        FileHandle.standardError.write(Data((message + "\n").utf8))
        exit(status)
    }
}
