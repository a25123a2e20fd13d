internal import Pulse
internal import PulseClient

/// What an answer to the request for the stream means: pure.
enum StreamAnswer: Equatable {
    case stream
    /// It may be different soon.
    case retry(String, after: Duration?)
    /// It will be the same the next time.
    case refused(String)

    /// - Parameters:
    ///   - body: the beginning of it; problem documents are short.
    ///   - showsToken: whether the request carried one.
    ///   - now: this machine's unix time, for a server that doesn't tell its own.
    init(
        _ head: HTTPHead, body: [UInt8], url: ServerURL, showsToken: Bool,
        now: Int64 = Moment.now.unixTime
    ) {
        switch head.status {
        case 200:
            let type = head["content-type"] ?? ""
            self =
                Self.essence(of: type) == "text/event-stream"
                ? .stream
                : .refused("\(url) is no Pulse server: its events are \(Self.named(type))")
        case 301, 302, 303, 307, 308:
            self = .refused("\(url) has moved to \(head["location"] ?? "an unknown place")")
        case 401 where showsToken: self = .refused("\(url) refuses the token of --token-file")
        case 401: self = .refused("\(url) needs a token: give --token-file")
        case 404 where url.isOfOneRun: self = .refused("\(url) is no run that the server knows")
        case 404: self = .refused("\(url) is no Pulse server: it has no events")
        case 421:
            self = .refused(
                "the server at \(url) doesn't go by the name \(url.host): "
                    + "start it with --allowed-host \(url.host), or give its address")
        case 429, 500...599:
            let detail = JSONValue(body)?["detail"]?.string
            self = .retry(
                detail ?? "the server answers \(head.status)",
                after: head.retryAfter(now: now))
        default: self = .refused("\(url) answers \(head.status)")
        }
    }

    /// `type/subtype` without parameters, and without the white space that may stand before their
    /// semicolon (RFC 9110 §5.6.6).
    private static func essence(of type: String) -> String {
        var essence = type.prefix { $0 != ";" }
        while let last = essence.last, last == " " || last == "\t" { essence.removeLast() }
        return essence.lowercased()
    }

    private static func named(_ type: String) -> String {
        type.isEmpty ? "of no type" : type
    }
}
