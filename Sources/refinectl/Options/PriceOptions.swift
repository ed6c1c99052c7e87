import ArgumentParser

/// What an hour of this machine's cores costs: shared by the commands that say hours.
struct PriceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What an hour of one core costs: says what the whole costs.", valueName: "amount"))
    var price: Double?

    /// Refuses what is no price.
    func validate() throws {
        if let price, !(price.isFinite && price >= 0) {
            throw ValidationError("--price must be a number from 0")
        }
    }
}
