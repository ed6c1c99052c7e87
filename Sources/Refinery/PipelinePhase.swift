/// Where a pipeline is between its start and its end.
///
///     loading ─loaded→ running ─rested→ releasing ─threadsEnded→ released
///        ↑                                                          │
///        └──────────────────────── workArrived ─────────────────────┘
///     (loading ─nothingFound→ released; every phase ─stopped→ stopped, ─failed→ failed)
enum PipelinePhase: String, CaseIterable {
    /// The models are being read.
    case loading
    /// Threads cut and score.
    case running
    /// Nothing was to be done for so long that the threads are to end and the models to go.
    case releasing
    /// The models' memory is given back until there is work.
    case released
    /// Told to stop, or draining with nothing left to do.
    case stopped
    /// Ended by an error.
    case failed

    /// What changes the phase.
    enum Event: String, CaseIterable {
        /// The models are in memory.
        case loaded
        /// Nothing was to be done for `idle_seconds`.
        case rested
        /// The last thread has ended.
        case threadsEnded
        /// Documents may have arrived.
        case workArrived
        /// The store has nothing to cut or score.
        case nothingFound
        /// Somebody, or the end of what was to be drained, ends it.
        case stopped
        /// An error ends it.
        case failed
    }

    /// The phase that follows; an event that means nothing in this phase changes nothing.
    func after(_ event: Event) -> PipelinePhase {
        switch (self, event) {
        case (.failed, _), (_, .failed): .failed
        case (.stopped, _), (_, .stopped): .stopped
        case (.loading, .loaded): .running
        case (.loading, .nothingFound): .released
        case (.running, .rested): .releasing
        case (.releasing, .threadsEnded): .released
        case (.released, .workArrived): .loading
        default: self
        }
    }

    /// Whether threads that cut and score are to end.
    var isEnding: Bool { self == .releasing || isOver }

    /// Whether nothing more will happen.
    var isOver: Bool { self == .stopped || self == .failed }
}
