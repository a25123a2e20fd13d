internal import MicroHTTPD

/// What one resource answers as long as it doesn't change: prebuilt, shared by all requests.
///
/// One 200 (or error) and one 304 for each origin that CORS lets in, because a shared response
/// can't get a header of its own for one request. A class, so that a request that picks one takes
/// one reference and not one for each part.
final class Representation: Sendable {
    let tag: EntityTag?
    private let full: [Response]
    private let notModified: [Response]

    /// - Parameters:
    ///   - tag: nil for answers without validators, such as errors.
    ///   - headers: the fields of this resource beside type, tag and those of the policy.
    init(
        status: Int = 200, type: String, body: [UInt8], tag: EntityTag?, headers: [HeaderLine] = [],
        policy: AccessPolicy
    ) {
        self.tag = tag
        let validators = tag.map { [HeaderLine("ETag", $0.text)] } ?? []
        let common =
            [HeaderLine("Cache-Control", tag == nil ? "no-store" : "no-cache")] + validators
            + headers
        full = policy.headersByOrigin.map { origin in
            Response(
                status: status, headers: [HeaderLine("Content-Type", type)] + common + origin,
                body: body)
        }
        // RFC 9110 §15.4.5: a 304 repeats the fields that a cache may want to update.
        notModified =
            tag == nil
            ? []
            : policy.headersByOrigin.map {
                Response(status: 304, headers: common + $0, lengthOfOmittedBody: body.count)
            }
    }

    /// The response to one request.
    func response(to request: borrowing Request, origin: Int) -> Response {
        guard let tag,
            request.withHeader(.ifNoneMatch, { tag.isNamed(by: $0, .weak) }) ?? false
        else { return full[origin] }
        return notModified[origin]
    }
}

extension Representation {
    /// A JSON document with a tag made from its bytes.
    static func json(_ body: [UInt8], headers: [HeaderLine] = [], policy: AccessPolicy)
        -> Representation
    {
        Representation(
            type: "application/json", body: body, tag: EntityTag(of: body), headers: headers,
            policy: policy)
    }
}
