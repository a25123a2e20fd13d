internal import Logging
internal import NATS

/// Does what relays want done in one bucket, and logs what goes wrong.
struct RelayLink: Sendable {
    private var store: any BucketStore
    private var plan = ReplicaPlan()
    /// Why the cluster takes nothing at the moment.
    private(set) var error: NATSError?
    /// The codes that were logged in this outage.
    private var loggedCodes: Set<NATSError.Code> = []
    /// Whether anything was ever acknowledged.
    private(set) var hasDelivered = false
    private let name: String
    private let logger: Logger

    /// - Parameter name: what the log calls it.
    init(_ store: any BucketStore, name: String, logger: Logger) {
        self.store = store
        self.name = name
        self.logger = logger
    }

    /// How a relay ended that has nothing left to send: a state that is too large for every server
    /// was given up.
    var outcome: StatusRelay.Outcome {
        if let error, error.code == .tooLarge { return .undelivered(error) }
        return .delivered
    }

    /// Ends the connection.
    mutating func close() { store.close() }

    /// Reads a key for its relay.
    ///
    /// - Parameter name: what the log calls the key.
    /// - Returns: why it couldn't.
    @discardableResult
    mutating func read(
        _ key: String, called name: String, for relay: inout RelayState, at now: Duration
    ) -> NATSError? {
        do throws(NATSError) {
            switch relay.found(try store.entry(of: key), at: now) {
            case nil: break
            case .outdated(let timestamp):
                logger.warning(
                    "not sent: \(name) holds a later state, from \(timestamp) in unix time")
            case .contested: logger.warning("somebody else writes \(name) as well")
            }
            if relay.pending == nil { settle() }
            return nil
        } catch {
            if error.code == .noBucket {
                createBucket(for: &relay, at: now)
            } else {
                relay.failedToRead(at: now)
                report(error)
            }
            return error
        }
    }

    /// Writes a key for its relay.
    ///
    /// - Returns: why it couldn't.
    @discardableResult
    mutating func send(
        _ offer: KeyOffer, to key: String, for relay: inout RelayState, at now: Duration
    ) -> NATSError? {
        do throws(NATSError) {
            let new = try store.update(key, with: offer)
            relay.sent(offer.value, revision: new)
            hasDelivered = true
            settle()
            return nil
        } catch {
            relay.failedToSend(offer.value, error.code, at: now)
            if error.code != .conflict { report(error) }
            return error
        }
    }

    /// Sends a value to those who have subscribed.
    mutating func offer(
        _ offer: KeyOffer, to key: String, for relay: inout RelayState, at now: Duration
    ) {
        do throws(NATSError) {
            try store.offer(offer, to: key)
            relay.offered(offer.value)
        } catch {
            relay.failedToRead(at: now)
            report(error)
        }
    }

    private mutating func createBucket(for relay: inout RelayState, at now: Duration) {
        do throws(NATSError) {
            try store.create(replicas: plan.replicas)
            relay.foundNewBucket(at: now)
            logger.info("made the bucket for \(name), replicas: \(plan.replicas)")
        } catch {
            plan.refused(error.code, at: now)
            relay.failedToRead(at: now)
            // Another one was faster, or one server is enough: there is nothing to report.
            if error.code != .bucketExists, error.code != .notClustered { report(error) }
        }
    }

    /// One line for each kind of error of an outage, not one for each attempt.
    private mutating func report(_ error: NATSError) {
        self.error = error
        if loggedCodes.insert(error.code).inserted { logger.warning("\(name): \(error)") }
    }

    private mutating func settle() {
        if error != nil { logger.info("\(name): the cluster answers again") }
        error = nil
        loggedCodes = []
    }
}
