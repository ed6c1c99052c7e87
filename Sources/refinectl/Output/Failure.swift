import Foundation
import Refinery
import TeacherInference

/// Why a command ends without having done its work: what people read and the exit code.
struct Failure: Error, Equatable, CustomStringConvertible {
    /// What failed, expected and found.
    var message: String
    /// What the user can do about it.
    var hint: String?
    /// 1 failed or refused, 64 usage, 69 daemon unreachable.
    var exitCode: Int32

    /// A failure with an optional hint.
    init(_ message: String, hint: String? = nil, exitCode: Int32 = 1) {
        self.message = message
        self.hint = hint
        self.exitCode = exitCode
    }

    /// A refused argument.
    static func usage(_ message: String, hint: String? = nil) -> Failure {
        Failure(message, hint: hint, exitCode: 64)
    }

    /// What the libraries threw, in the command line's terms.
    init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as any ExplainedError: self.init(error.message, hint: error.hint)
        case is CancellationError, is JobCancelled: self.init("interrupted")
        default: self.init("\(error)")
        }
    }

    /// `error: …`, then `hint: …` on a line of its own, with a newline at the end.
    var rendered: String {
        "error: \(message)\n" + (hint.map { "hint: \($0)\n" } ?? "")
    }

    /// The rendered text.
    var description: String { rendered }

    /// The object that `--json` prints on stdout.
    var json: String {
        JSONOutput.line(WireError(message, hint: hint))
    }
}
