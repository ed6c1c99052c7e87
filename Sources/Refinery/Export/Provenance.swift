/// Where a selection's scores come from: `GET /v1/selections/{id}/provenance`, for the manifest.
public struct Provenance: Codable, Sendable, Equatable {
    /// The models that scored, teacher first.
    public var models: [RoleAssignment]
    /// How documents of the store were cut: tokenizer, maximum, version; one for each way.
    public var chunkers: [String]

    /// A provenance of the given parts.
    public init(models: [RoleAssignment], chunkers: [String]) {
        self.models = models
        self.chunkers = chunkers
    }

    /// What a store knows of a selection's models and chunkers.
    public init(_ store: Store, of selection: SelectionSummary) throws {
        let known = try store.roles()
        models = [(ModelRole.teacher, selection.teacher), (.reference, selection.reference)]
            .compactMap { role, fingerprint in
                known.first { $0.role == role && $0.model.fingerprint == fingerprint }
            }
        chunkers = try store.chunkers()
    }
}
