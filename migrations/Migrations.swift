/// One forward-only step of the store's schema.
public struct Migration: Sendable {
    /// File name without its suffix, such as `v0001_initial`.
    public let name: String

    /// The statements, plain SQL.
    public let sql: String
}

/// Every migration, in the order in which it runs.
///
/// A released file is never edited.
public let migrations: [Migration] = [
    Migration(
        name: "v0001_initial",
        sql: String(decoding: PackageResources.v0001_initial_sql, as: UTF8.self)),
    Migration(
        name: "v0002_selection",
        sql: String(decoding: PackageResources.v0002_selection_sql, as: UTF8.self)),
    Migration(
        name: "v0003_benchmark",
        sql: String(decoding: PackageResources.v0003_benchmark_sql, as: UTF8.self)),
    Migration(
        name: "v0004_columns",
        sql: String(decoding: PackageResources.v0004_columns_sql, as: UTF8.self)),
    Migration(
        name: "v0005_changed",
        sql: String(decoding: PackageResources.v0005_changed_sql, as: UTF8.self)),
    Migration(
        name: "v0006_rule_file",
        sql: String(decoding: PackageResources.v0006_rule_file_sql, as: UTF8.self)),
    Migration(
        name: "v0007_slice",
        sql: String(decoding: PackageResources.v0007_slice_sql, as: UTF8.self)),
    Migration(
        name: "v0008_field",
        sql: String(decoding: PackageResources.v0008_field_sql, as: UTF8.self)),
    Migration(
        name: "v0009_served",
        sql: String(decoding: PackageResources.v0009_served_sql, as: UTF8.self)),
    Migration(
        name: "v0010_share",
        sql: String(decoding: PackageResources.v0010_share_sql, as: UTF8.self)),
    Migration(
        name: "v0011_imported_score",
        sql: String(decoding: PackageResources.v0011_imported_score_sql, as: UTF8.self)),
]
