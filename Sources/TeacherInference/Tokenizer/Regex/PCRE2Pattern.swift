import CPCRE2

/// A regex compiled by PCRE2, for what `RegexAutomaton` cannot do.
///
/// Matching goes through PCRE2's JIT where the process may have executable memory, else through
/// its interpreter; both give the same matches.
final class PCRE2Pattern: @unchecked Sendable {
    // SAFETY: written by `init` alone; PCRE2 documents compiled code as read-only while matching,
    // so any number of threads may use it, each with its own match data.
    private let code: OpaquePointer
    private let isJIT: Bool

    /// Compiles `node`; `source` names the file in errors.
    init(_ node: RegexNode, source: String) throws(ModelError) {
        let units = Array(node.pcre2.utf8)
        var error: Int32 = 0
        var offset = 0
        let options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C
        guard let code = pcre2_compile_8(units, units.count, options, &error, &offset, nil) else {
            throw ModelError(
                "cannot use the tokenizer of \(source): PCRE2 refuses its pre-tokenizer's regex "
                    + "(error \(error))")
        }
        self.code = code
        isJIT = pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE) == 0
    }

    deinit { pcre2_code_free_8(code) }

    /// Calls `body` with every match in `text`, which is valid UTF-8, in order.
    ///
    /// The rule on empty matches is Oniguruma's `find_iter`: one that touches the match before it
    /// does not count.
    func forEachMatch(
        in text: UnsafeBufferPointer<UInt8>, _ matcher: PCRE2Matcher,
        _ body: (_ start: Int, _ end: Int) -> Void
    ) {
        guard let subject = text.baseAddress else { return }
        var position = 0
        var lastEnd = -1
        while position <= text.count {
            guard let (start, end) = match(subject, text.count, position, matcher) else { return }
            if start == end, start == lastEnd {
                position += 1
                while position < text.count, subject[position] & 0xC0 == 0x80 { position += 1 }
                continue
            }
            body(start, end)
            position = end
            lastEnd = end
        }
    }

    private func match(
        _ subject: UnsafePointer<UInt8>, _ length: Int, _ start: Int, _ matcher: PCRE2Matcher
    ) -> (Int, Int)? {
        // SAFETY: `subject` holds `length` bytes of valid UTF-8 (checked by the tokenizer before
        // any pattern runs, and pieces end at match ends, which are scalar boundaries).
        var result: Int32 = PCRE2_ERROR_JIT_STACKLIMIT
        if isJIT {
            result = pcre2_jit_match_8(
                code, subject, length, start, 0, matcher.data, matcher.context)
        }
        if result < PCRE2_ERROR_NOMATCH {
            // The interpreter keeps its state on the heap and has no limit but memory.
            result = pcre2_match_8(
                code, subject, length, start, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, matcher.data,
                matcher.context)
        }
        // What cannot be matched at all (no memory) stays in one piece: no text is lost.
        guard result >= 0, let ends = pcre2_get_ovector_pointer_8(matcher.data) else { return nil }
        return (ends[0], max(ends[0], ends[1]))
    }
}

/// What one thread needs for matching with PCRE2: result space, limits, and a stack for JIT code.
final class PCRE2Matcher {
    fileprivate let data: OpaquePointer
    fileprivate let context: OpaquePointer?
    private let stack: OpaquePointer?

    /// Allocates the space; there is one result pair, the whole match.
    init() {
        guard let data = pcre2_match_data_create_8(1, nil) else {
            preconditionFailure("out of memory: no space for PCRE2 match data")
        }
        self.data = data
        context = pcre2_match_context_create_8(nil)
        stack = pcre2_jit_stack_create_8(32 * 1024, 4 * 1024 * 1024, nil)
        pcre2_set_match_limit_8(context, UInt32.max)
        pcre2_set_depth_limit_8(context, UInt32.max)
        pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack))
    }

    deinit {
        pcre2_match_context_free_8(context)
        pcre2_jit_stack_free_8(stack)
        pcre2_match_data_free_8(data)
    }
}
