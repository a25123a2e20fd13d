/// What of a server's runs stays in the archive.
public struct Retention: Sendable, Hashable {
    /// So many runs that are over, of all sources of the server together.
    public var runs = 1_000
    /// How long they stay after their end, by the server's clock; nil for as long as there is room.
    public var age: Duration?
    /// A finished run keeps so many points: as many as a wide panel has pixels.
    var finishedPoints = 2_048
    /// A run that is on has so many points at most, and half of them once it had more.
    var runningPoints = 32_768

    /// The default.
    public init() {}
}
