internal import Glibc

/// How many descriptors the process may have open, and what follows for connections.
public struct DescriptorLimit: Sendable {
    /// Descriptors at most.
    public let descriptors: Int

    /// Descriptors for everything but connections: files, epoll, events, the listening socket.
    ///
    /// Below this the library would run out while it accepts, and spin (reason for it to be
    /// generous).
    private static let reserved = 64
    /// Below this there is no room for clients, and further below libdispatch, which must open some
    /// for signals and timers, ends the process without a message or never receives SIGTERM.
    public static let minimum = reserved
    /// Connections kept for short requests when all streams are taken.
    private static let requestSlots = 256
    /// Streams by default at most, whatever the system allows: about 400 MB of memory.
    private static let defaultStreams = 50_000

    /// Makes the limit for a process that may open this many descriptors.
    public init(descriptors: Int) {
        self.descriptors = descriptors
    }

    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    /// The soft limit of this process.
    public static var current: DescriptorLimit {
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else {
            return DescriptorLimit(descriptors: 1_024)
        }
        return DescriptorLimit(descriptors: Int(clamping: limit.rlim_cur))
    }

    /// Raises the soft limit to the hard one, and gives what it is then.
    @discardableResult
    public static func raise() -> DescriptorLimit {
        var limit = rlimit()
        if unsafe getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            _ = unsafe setrlimit(resource, &limit)
        }
        return current
    }

    /// Connections at most, streams and short requests together.
    public var connections: Int { max(descriptors - Self.reserved, 16) }

    /// Streams at most: what the connections leave over when short requests keep their slots.
    public var streams: Int { connections - min(Self.requestSlots, connections / 2) }

    /// The stream cap when none is asked for.
    public var defaultStreams: Int { min(streams, Self.defaultStreams) }

    /// The connection limit for a stream cap.
    public func connections(forStreams streams: Int) -> Int {
        min(connections, streams + Self.requestSlots)
    }
}
