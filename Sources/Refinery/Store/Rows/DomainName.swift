/// The names that stand for something else than a domain or category of that name.
public enum DomainName {
    /// What has no domain or category, on the command line and in JSON.
    public static let none = "(none)"
    /// The many that are counted together.
    public static let others = "(other)"
}

extension RefineryError {
    /// What says that no document is of a domain, and which of `names` may be meant.
    static func missingDomain(_ name: String, among names: [String]) -> RefineryError {
        let near = NearestName.of(name, among: names)
        return RefineryError(
            .notFound, "no document is of domain \"\(name)\"",
            hint: (near.map { "did you mean \($0)? " } ?? "")
                + "\(DomainName.none) means documents without a domain")
    }
}
