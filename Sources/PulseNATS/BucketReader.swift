internal import NATS
internal import Pulse
internal import PulseMonitor

/// Turns what is found in a bucket into what its keys deliver: pure, with time passed in.
struct BucketReader: Sendable {
    /// What a poll has to ask for.
    enum Plan: Equatable {
        /// Nothing has changed: only these keys, of which something uncommitted is shown.
        case confirm([String])
        /// These changes.
        case changes(ClosedRange<UInt64>)
        /// All keys.
        case all
    }

    private struct Key {
        let name: SourceName
        let label: String
        var reader: KeyReader
        /// Whether it has held a valid document: what never did is no run.
        var isRun = false
        /// Whether it holds the mark of its deletion.
        var isDeleted = false
        /// Since when it isn't stored though something was sent to it: that may come yet.
        var absentSince: Duration?
    }

    private let bucket: String
    private let pollInterval: Duration
    private let limit: Int
    private var state: BucketState?
    private var keys: [String: Key] = [:]
    private var names: [SourceName: String] = [:]
    private var passedOver: [String: SkippedFiles.Reason] = [:]
    private var tooMany = 0
    private var error: String?
    private var complaints: [String] = []
    private var reported: SkippedFiles?

    /// Changes that are asked for one by one, where that isn't more than there are keys.
    private static let shortWalk: UInt64 = 64
    /// How long a new key may be shown that isn't stored: as long as a state may.
    private static let grace = Duration.seconds(5)

    /// - Parameters:
    ///   - bucket: its name.
    ///   - limit: keys at most; those beyond are counted.
    ///   - pollInterval: how soon the next poll follows.
    init(bucket: String, limit: Int, pollInterval: Duration) {
        self.bucket = bucket
        self.pollInterval = pollInterval
        self.limit = limit
    }

    /// Begins a poll with what the leader says of the bucket.
    ///
    /// Of one that says less than was seen, nothing new is believed: it doesn't know yet that it
    /// leads no more.
    mutating func plan(for found: BucketState) -> Plan {
        guard let known = state, known.created == found.created else {
            for key in keys.keys { keys[key]?.reader.beginAnew() }
            return .all
        }
        if found.revision <= known.revision {
            let isShorter = found.revision == known.revision && found.keys < known.keys
            return isShorter ? .all : .confirm(unsure)
        }
        let count = found.revision - known.revision
        guard count <= max(Self.shortWalk, UInt64(keys.count)) else { return .all }
        return .changes(known.revision + 1...found.revision)
    }

    /// The keys of which something is shown that isn't committed as far as is known.
    var unsure: [String] { keys.filter { $0.value.reader.isUnsure }.map(\.key) }

    /// Ends a poll of which every answer was taken.
    mutating func finish(_ found: BucketState) {
        error = nil
        guard let known = state, known.created == found.created, known.revision > found.revision
        else { return state = found }
    }

    /// Whether keys have gone that no change has told of.
    func lacksKeys(_ found: BucketState) -> Bool {
        found.keys < keys.count { !$0.value.reader.isUnsure } + passedOver.count + tooMany
    }

    /// Takes all keys that there are; gives those to ask for, and what has gone.
    mutating func list(_ all: [String]) -> (keys: [String], gone: [NamedDelivery]) {
        let there = Set(all)
        // What was sent and isn't stored yet is no key there, and may be one soon.
        let gone = keys.filter { !there.contains($0.key) && !$0.value.reader.isUnsure }.keys
            .compactMap { forget($0) }
        passedOver = passedOver.filter { there.contains($0.key) }
        let followed = all.filter { isFollowed($0) }
        tooMany = max(0, all.count - keys.count - passedOver.count)
        return (followed, gone)
    }

    /// Takes what a key holds; one that was deleted is gone.
    mutating func take(_ key: String, _ entry: KeyEntry?, at now: Duration) -> NamedDelivery? {
        guard isFollowed(key), let before = keys[key] else { return nil }
        if entry == nil, before.reader.isUnsure {
            let since = before.absentSince ?? now
            keys[key]?.absentSince = since
            if now - since < Self.grace { return nil }
        }
        keys[key]?.absentSince = nil
        let delivery = deliver(key) { $0.take(entry, at: now) }
        let isDeleted = entry == nil || entry?.content == .deleted
        keys[key]?.isDeleted = isDeleted
        guard isDeleted else { return delivery }
        keys[key]?.isRun = false
        return before.isRun ? NamedDelivery(before.name, label: before.label, nil) : nil
    }

    /// Takes what is on its way to a key.
    mutating func receive(_ key: String, _ offer: KeyOffer) -> NamedDelivery? {
        guard isFollowed(key), var one = keys[key] else { return nil }
        let events = one.reader.receive(offer)
        if let complaint = one.reader.takeComplaint() { complaints.append(complaint) }
        if events.contains(where: \.isAccepted) { one.isRun = true }
        keys[key] = one
        guard one.isRun, !events.isEmpty else { return nil }
        return NamedDelivery(
            one.name, label: one.label,
            SourceDelivery(
                events, isPoll: false, nextWithin: pollInterval, mark: one.reader.mark))
    }

    /// The keys that no answer of this poll was about are as they were.
    mutating func confirm(allBut asked: Set<String>) -> [NamedDelivery] {
        keys.keys.filter { !asked.contains($0) }.compactMap { deliver($0) { $0.confirm() } }
    }

    /// Takes note that the bucket can't be read.
    mutating func fail(_ failure: NATSError, at now: Duration) -> [NamedDelivery] {
        var reader = KeyReader(name: bucket, source: SourceName(key: bucket))
        if case .failed(let reason) = reader.fail(failure, at: now) { error = reason.description }
        if failure.code == .noBucket { state = nil }
        return keys.keys.compactMap { key in deliver(key) { $0.fail(failure, at: now) } }
    }

    /// What somebody should know and wasn't told yet.
    mutating func takeComplaints() -> [String] {
        defer { complaints = [] }
        return complaints
    }

    /// What is passed over now; nil when it is as it was reported last.
    mutating func skipped() -> SkippedFiles? {
        var skipped = SkippedFiles()
        for (key, reason) in passedOver { skipped.add(key, reason) }
        for (key, one) in keys where !one.isRun && !one.isDeleted { skipped.add(key, .neverValid) }
        skipped.add(tooMany: tooMany)
        skipped.directoryError = error
        guard skipped != reported else { return nil }
        reported = skipped
        return skipped
    }

    /// Whether a key is one that is read; a new one becomes so if its name and the limit let it.
    private mutating func isFollowed(_ key: String) -> Bool {
        if keys[key] != nil { return true }
        guard [nil, .sameName].contains(passedOver[key]) else { return false }
        guard let name = SourceName(exactly: key.replacing("/", with: ".")) else {
            return pass(over: key, .invalidName)
        }
        if let holder = names[name] {
            // One that was deleted leaves its name to the next.
            guard keys[holder]?.isDeleted == true else { return pass(over: key, .sameName) }
            _ = forget(holder)
        }
        passedOver[key] = nil
        guard keys.count < limit else { return false }
        let label = "\(bucket)/\(key)"
        keys[key] = Key(name: name, label: label, reader: KeyReader(name: label, source: name))
        names[name] = key
        return true
    }

    private mutating func pass(over key: String, _ reason: SkippedFiles.Reason) -> Bool {
        if passedOver.count < limit { passedOver[key] = reason }
        return false
    }

    private mutating func forget(_ key: String) -> NamedDelivery? {
        guard let one = keys.removeValue(forKey: key) else { return nil }
        names[one.name] = nil
        return one.isRun ? NamedDelivery(one.name, label: one.label, nil) : nil
    }

    private mutating func deliver(
        _ key: String, _ poll: (inout KeyReader) -> SourceEvent
    ) -> NamedDelivery? {
        guard var one = keys[key] else { return nil }
        let event = poll(&one.reader)
        if let complaint = one.reader.takeComplaint() { complaints.append(complaint) }
        if event.isAccepted { one.isRun = true }
        keys[key] = one
        guard one.isRun else { return nil }
        return NamedDelivery(
            one.name, label: one.label,
            SourceDelivery([event], nextWithin: pollInterval, mark: one.reader.mark))
    }
}

extension SourceEvent {
    fileprivate var isAccepted: Bool { if case .accepted = self { true } else { false } }
}
