/// Some places of a part of the order, few of them of one document, which could fill the part.
struct ExampleList {
    /// Places of one document at most.
    static let ofDocument = 2

    /// A candidate to show, and its place in the order, from 1.
    struct Place {
        let candidate: Candidate
        let rank: Int
        let isKept: Bool
    }

    /// Which of the places that come are kept.
    enum End {
        case first, last
    }

    /// The places, in order.
    private(set) var places: [Place] = []
    private let end: End
    private let most: Int

    /// The first or the last of what will come, at most so many.
    init(_ end: End, most: Int) {
        self.end = end
        self.most = most
    }

    /// Takes the next place in order.
    mutating func take(_ place: Place) {
        if end == .first, places.count == most { return }
        let document = place.candidate.document
        let same = places.count { $0.candidate.document == document }
        if same == Self.ofDocument {
            guard end == .last,
                let oldest = places.firstIndex(where: { $0.candidate.document == document })
            else { return }
            places.remove(at: oldest)
        } else if places.count == most {
            places.removeFirst()
        }
        places.append(place)
    }
}
