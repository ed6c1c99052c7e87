import Crypto
import Foundation

/// Draws documents for a pilot while a corpus passes by.
///
/// A document's chance grows with its bytes: the documents with the smallest keys −ln(u) / bytes are
/// kept (Efraimidis and Spirakis 2006). Those with keys below τ have the chance 1 − exp(−τ · bytes),
/// by which figures of the text are weighted. u is drawn from the SHA-256 of the text, so that the same corpus gives the same
/// pilot. Beside these every domain has a few of its own.
struct PilotDraw {
    /// A document that was drawn.
    struct Drawn: Sendable {
        /// Its key; the smaller, the sooner it is scored.
        let key: Double
        /// SHA-256 of its text.
        let sha256: [UInt8]
        /// Its domain; nil for none.
        let domain: [UInt8]?
        /// Its text, UTF-8.
        let text: [UInt8]
        /// Whether it is of the draw over the whole corpus, and not a domain's own.
        var isMain: Bool
    }

    /// What was read so far.
    struct Tally: Sendable, Equatable {
        var documents: Int64 = 0
        var textBytes: Int64 = 0
        var fileBytes: Int64 = 0
        var rejected: Int64 = 0
        /// Documents that the reference was trained or judged on.
        var spared: Int64 = 0
    }

    /// Documents of the main draw at most, and of each domain's own.
    private static let (most, mostOfDomain) = (1500, 10)
    /// Bytes of all texts of the main draw that are kept, and of the domains' own.
    private static let mostBytes = 256 << 20
    /// The largest domains have documents of their own; more than so many are not told apart.
    private static let (shownDomains, knownDomains) = (20, 1000)

    /// What was read so far.
    private(set) var tally = Tally()
    private let draws: KeyedDraw
    private var main: [Drawn] = []
    private var mainBytes = 0
    /// Keys from here on are too large: the first that was left out.
    private(set) var bound = Double.infinity
    /// Bytes of the domains' own documents.
    private var ownBytes = 0
    private var domains: [[UInt8]?: (bytes: Int64, drawn: [Drawn])] = [:]

    /// A draw of that seed.
    init(seed: UInt64) {
        draws = KeyedDraw(label: "refinery-pilot-1", seed: seed)
    }

    /// Counts bytes of the files, before decompression.
    mutating func read(_ bytes: Int) { tally.fileBytes += Int64(bytes) }

    /// Counts a line that is no document.
    mutating func reject() { tally.rejected += 1 }

    /// Takes a document; one that is spared is counted and not drawn, for no selection takes it.
    mutating func add(
        _ document: ImportedDocument, _ sha256: SHA256Digest, isSpared: Bool = false
    ) {
        tally.documents += 1
        tally.textBytes += Int64(document.text.count)
        if isSpared {
            tally.spared += 1
            return
        }
        guard !document.text.isEmpty else { return }
        let draw = sha256.withUnsafeBytes { draws.draw(sha256: $0) }
        let key = -log(KeyedDraw.uniform(draw)) / Double(document.text.count)
        if key < bound { addToMain(document, sha256, key) }
        addToDomain(document, sha256, key)
    }

    private mutating func addToMain(
        _ document: ImportedDocument, _ sha256: SHA256Digest, _ key: Double
    ) {
        main.append(drawn(document, sha256, key, isMain: true))
        mainBytes += document.text.count
        if main.count > 2 * Self.most || mainBytes > 2 * Self.mostBytes { trim() }
    }

    /// Keeps the smallest keys, each text once.
    private mutating func trim() {
        main.sort { ($0.key, $0.sha256.hashValue) < ($1.key, $1.sha256.hashValue) }
        var kept: [Drawn] = []
        mainBytes = 0
        for one in main where kept.last?.sha256 != one.sha256 {
            guard kept.count < Self.most, kept.isEmpty || mainBytes < Self.mostBytes else {
                bound = one.key
                break
            }
            kept.append(one)
            mainBytes += one.text.count
        }
        main = kept
    }

    private mutating func addToDomain(
        _ document: ImportedDocument, _ sha256: SHA256Digest, _ key: Double
    ) {
        guard domains[document.domain] != nil || domains.count < Self.knownDomains else { return }
        var own = domains[document.domain] ?? (0, [])
        own.bytes += Int64(document.text.count)
        let isFull = own.drawn.count == Self.mostOfDomain
        if !isFull || key < own.drawn[Self.mostOfDomain - 1].key,
            !own.drawn.contains(where: { $0.sha256 == Array(sha256) })
        {
            if isFull { ownBytes -= own.drawn.removeLast().text.count }
            ownBytes += document.text.count
            own.drawn.append(drawn(document, sha256, key, isMain: false))
            own.drawn.sort { $0.key < $1.key }
        }
        domains[document.domain] = own
        if ownBytes > Self.mostBytes { forgetSmallDomains() }
    }

    /// Gives up the documents of all but the domains that may be shown, and of these what is large.
    private mutating func forgetSmallDomains() {
        let shown = Set(largestDomains().map(\.name))
        for name in Array(domains.keys) {
            guard var own = domains[name] else { continue }
            own.drawn = shown.contains(name) ? Array(own.drawn.prefix(Self.mostOfDomain / 2)) : []
            domains[name] = own
        }
        ownBytes = domains.values.reduce(0) { $0 + $1.drawn.reduce(0) { $0 + $1.text.count } }
    }

    private func drawn(
        _ document: ImportedDocument, _ sha256: SHA256Digest, _ key: Double, isMain: Bool
    ) -> Drawn {
        Drawn(
            key: key, sha256: Array(sha256), domain: document.domain, text: document.text,
            isMain: isMain)
    }

    /// The largest domains' shares of the bytes, the largest first.
    func largestDomains() -> [(name: [UInt8]?, bytes: Int64)] {
        domains.map { (name: $0.key, bytes: $0.value.bytes) }
            .sorted { ($0.bytes, $1.name?.count ?? 0) > ($1.bytes, $0.name?.count ?? 0) }
            .prefix(Self.shownDomains).map { $0 }
    }

    /// The documents in the order in which they are scored: the main draw, and after its first
    /// hundred the largest domains' own.
    mutating func documents() -> [Drawn] {
        trim()
        let known = Set(main.map(\.sha256))
        let own = largestDomains().flatMap { domains[$0.name]?.drawn ?? [] }
            .filter { !known.contains($0.sha256) }
        return main.prefix(100) + own + main.dropFirst(100)
    }
}
