import Testing

@testable import Refinery

/// Batches are bounded in time from the first one on.
struct BatchBudgetTests {
    /// Operations a token of a model with this many parameters.
    private func budget(parameters: Double) -> BatchBudget {
        BatchBudget(seconds: 5, operations: 2 * parameters, most: 2048, first: 1024)
    }

    @Test func `a small teacher's first batch is as long as it may be`() {
        #expect(budget(parameters: 5e6).tokens == 1024)
    }

    @Test func `a large teacher's first batch is what a slow core does in the time`() {
        #expect(budget(parameters: 135e6).tokens == 185)
        #expect(budget(parameters: 7e9).tokens == 3, "less than a chunk, so one chunk is taken")
    }

    @Test func `later batches follow the rate measured, and are never nothing`() {
        var budget = budget(parameters: 7e9)
        budget.measured(tokens: 500, took: 50)
        #expect(budget.tokens == 50)
        budget.measured(tokens: 10, took: 1000)
        #expect(budget.tokens == 1)
        budget.measured(tokens: 1000, took: 0)
        #expect(budget.tokens == 2048)
    }
}
