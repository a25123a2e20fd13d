internal import MicroHTTPD

/// What a client asks of a curve: all of it, or so many points at most.
struct HistoryQuery {
    /// Points at most; nil for the whole curve.
    let points: Int?

    /// From what a small overview can show to more than any screen does.
    static let range = 4...4_096

    /// Reads the query of a request; other parameters are passed over.
    init(_ request: borrowing Request) throws(MalformedParameter) {
        try self.init(points: request.queryParameter("points"))
    }

    /// - Parameter points: the parameter's value; nil where it isn't given.
    init(points: [UInt8]?) throws(MalformedParameter) {
        self.points = try QueryParameter.number(points, of: "points", in: Self.range)
    }
}
