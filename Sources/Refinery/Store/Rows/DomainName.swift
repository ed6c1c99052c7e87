/// The names that stand for something else than a domain or category of that name.
public enum DomainName {
    /// What has no domain or category, on the command line and in JSON.
    public static let none = "(none)"
    /// The many that are counted together.
    public static let others = "(other)"
}

extension RefineryError {
    /// What says that no document is of a domain.
    static func missingDomain(_ name: String) -> RefineryError {
        RefineryError(
            .notFound, "no document is of domain \"\(name)\"",
            hint: "\(DomainName.none) means documents without a domain")
    }
}
