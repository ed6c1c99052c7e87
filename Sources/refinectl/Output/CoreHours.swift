import Refinery

/// What this machine's cores cost while they work.
struct CoreHours {
    /// How many work.
    let cores: Int
    /// What an hour of one costs.
    let price: Double

    /// `19.2 core hours, which cost 0.96`.
    func words(seconds: Double) -> String {
        let hours = seconds / 3600 * Double(cores)
        return "\(NumberText.fixed(hours, hours < 1 ? 3 : 1)) core hours, which cost "
            + NumberText.fixed(hours * price, hours * price < 0.1 ? 4 : 2)
    }
}
