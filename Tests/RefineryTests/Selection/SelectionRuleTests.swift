import Foundation
import Testing

@testable import Refinery

struct SelectionRuleTests {
    @Test(arguments: [
        ("difference=0.5..2", "difference=0.5..2.0"), ("tokens=64..", "tokens=64.0.."),
        ("repetition=..q0.990", "repetition=..q0.99"),
        ("teacher_perplexity=q0.25..q.75", "teacher_perplexity=q0.25..q0.75"),
        ("relative=-1...5", "relative=-1.0..0.5"),
    ])
    func `a filter is read and written back`(text: String, written: String) throws {
        #expect(try ColumnRange(text).description == written)
    }

    @Test(arguments: [
        "", "difference", "difference=", "difference=1", "difference=..", "s peed=1..2",
        "difference=a..b", "difference=q2..", "difference=nan..", "=1..2", "difference=1..inf",
        "Difference=1..2",
    ])
    func `anything else is no filter`(text: String) {
        #expect(throws: RefineryError.self) { try ColumnRange(text) }
    }

    @Test(arguments: [
        "difference:1,", "difference:x", "difference:0", "s peed:1", "difference:1,difference:2",
        ":1",
    ])
    func `a sum of scores names each column once, with a weight`(text: String) {
        #expect(throws: RefineryError.self) { try ScoreExpression(text) }
    }

    @Test(arguments: [("0.3", 300_000_000), ("7", 7_000_000_000), (".000000001", 1), ("0", 0)])
    func `a weight is exact`(text: String, billionths: Int) throws {
        let weight = try DecimalWeight(text)
        #expect(weight.billionths == billionths)
        #expect(try DecimalWeight(weight.description) == weight)
    }

    @Test(arguments: ["", ".", "-1", "1e3", "1.0000000001", "2000000", "x", "1.2.3"])
    func `anything else is no weight`(text: String) {
        #expect(throws: RefineryError.self) { try DecimalWeight(text) }
    }

    private func decode(_ json: String) throws -> SelectionRule {
        try JSONDecoder().decode(SelectionRule.self, from: Data(json.utf8))
    }

    @Test func `what JSON leaves out is as on the command line, guards on`() throws {
        let rule = try decode(#"{"size":{"token_ratio":"0.5"}}"#)
        #expect(
            rule == SelectionRule(size: .tokenRatio(try DecimalFraction("0.5")), guards: .standard))
        #expect(try decode(#"{"size":{"top_k":1},"no_guards":true}"#).guards == .none)
        let one = try decode(#"{"size":{"top_k":1},"guards":{"max_repetition":null}}"#)
        #expect(one.guards == Guards(minTokens: 32, maxRepetition: nil))
    }

    @Test(arguments: [
        #"{"size":{"top_k":1},"exclude_domain":["x"]}"#, #"{"size":{"top_k":1,"ratio":"1"}}"#,
        #"{"size":{"top_k":1},"guards":{"min_token":3}}"#, #"{"size":{}}"#,
        #"{"size":{"top_k":1},"mix":{"part":[]}}"#, #"{"size":{"top_k":1},"score":"s peed"}"#,
    ])
    func `a misspelt rule is refused rather than cut short`(json: String) {
        #expect(throws: (any Error).self) { try decode(json) }
    }

    @Test func `a full rule survives its canonical JSON`() throws {
        var rule = SelectionRule(
            size: .like("other"), corpus: "c", guards: .standard, partial: true)
        rule.unit = .document
        rule.excludedDomains = ["b", "a", "b"]
        rule.ranges = [try ColumnRange("difference=q0.25..3"), try ColumnRange("tokens=..9")]
        rule.score = try ScoreExpression("difference:1,relative:-0.5")
        rule.ascending = true
        rule.sample = Sample(temperature: 0.5, seed: .max)
        rule.mix = Mix(try Mix.parts("web=0.7,a=b=0.3"), spill: true, fillOrFail: true)
        #expect(rule.excludedDomains == ["a", "b"])
        let json = try rule.canonicalJSON()
        #expect(try decode(json) == rule)
        #expect(try decode(json).canonicalJSON() == json)
    }

    @Test func `parts that contradict each other are refused`() throws {
        func refuses(_ size: SelectionRule.Size, _ change: (inout SelectionRule) throws -> Void) {
            #expect(throws: RefineryError.self) {
                var rule = SelectionRule(size: size)
                try change(&rule)
                try rule.validate()
            }
        }
        let sample = Sample(temperature: 1, seed: 1)
        refuses(.topK(1)) {
            $0.sample = sample
            $0.baseline = Baseline(seed: 1, from: .all)
        }
        refuses(.minScore(1)) { $0.sample = sample }
        refuses(.minScore(1)) { $0.mix = Mix(nil) }
        refuses(.topK(1)) { $0.match = [.domain] }
        refuses(.like("x")) { $0.match = [.domain, .domain] }
        refuses(.topK(1)) { $0.sample = Sample(temperature: 0, seed: 1) }
        refuses(.topK(1)) { $0.ranges = [try ColumnRange("at_length=0..1")] }
        refuses(.topK(1)) { $0.ranges = [try ColumnRange("difference=2..1")] }
        refuses(.topK(.max)) { _ in }
        refuses(.topK(1)) { $0.guards.maxRepetition = 2 }
        refuses(.topK(1)) { $0.mix = Mix(try Mix.parts("a=0,b=0")) }
    }

    @Test func `the n-th smallest of a quantile is exact`() throws {
        #expect(try DecimalFraction("0.29").ceilTimes(100) == 29)
        #expect(try DecimalFraction("0.25").ceilTimes(5) == 2)
        #expect(try DecimalFraction("0").ceilTimes(5) == 0)
        #expect(try DecimalFraction("1").ceilTimes(5) == 5)
        #expect(try DecimalFraction("0.333").ceilTimes(1000) == 333)
        #expect(try DecimalFraction("0.3331").ceilTimes(1000) == 334)
    }
}
