internal import Testing
@testable internal import MicroHTTPD

@Suite("BodyAnnouncement")
struct BodyAnnouncementTests {
    @Test(
        "takes one length up to the limit",
        arguments: [
            (["0"], nil), (["7"], nil), (["100"], nil), (["0100"], nil),
            (["101"], .tooLarge), (["9223372036854775807"], .tooLarge),
            (["99999999999999999999999999999999999999"], .tooLarge),
            ([], .missingLength), (["5", "5"], .invalidLength), (["5", "x"], .invalidLength),
            ([""], .invalidLength), (["+5"], .invalidLength), (["-5"], .invalidLength),
            (["5 "], .invalidLength), (["0x5"], .invalidLength), (["5,5"], .invalidLength),
        ] as [([String], BodyAnnouncement.Refusal?)])
    func lengths(values: [String], expected: BodyAnnouncement.Refusal?) {
        var body = BodyAnnouncement()
        for value in values { body.takeLength(Array(value.utf8).span) }
        #expect(body.refusal(limit: 100) == expected)
    }

    @Test("takes no coding, with a length or without")
    func coded() {
        var body = BodyAnnouncement()
        body.takeCoding()
        #expect(body.refusal(limit: 100) == .missingLength)
        body.takeLength(Array("5".utf8).span)
        #expect(body.refusal(limit: 100) == .missingLength)
    }

    @Test("leaves the announcement to be judged where a body may come, and only that")
    func inAHead() {
        var check = RequestHeadCheck(takesBody: true)
        for (name, value) in [
            ("Host", "a"), ("Content-Length", "5"), ("Transfer-Encoding", "chunked"),
        ] {
            check.inspect(name: Array(name.utf8).span, value: Array(value.utf8).span)
        }
        #expect(check.verdict(hostRequired: true) == nil)
        #expect(check.body.refusal(limit: 100) == .missingLength)
        check.inspect(name: Array("Host".utf8).span, value: Array("b".utf8).span)
        #expect(check.verdict(hostRequired: true) == .repeatedHost)
    }
}
