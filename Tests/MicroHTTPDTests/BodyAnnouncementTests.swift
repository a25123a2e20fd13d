internal import Testing
@testable internal import MicroHTTPD

@Suite("BodyAnnouncement")
struct BodyAnnouncementTests {
    @Test(
        "takes a length up to the limit, and no coding",
        arguments: [
            (0, false, nil), (100, false, nil), (101, false, .tooLarge), (.max, false, .tooLarge),
            (nil, false, .missingLength), (nil, true, .missingLength), (5, true, .missingLength),
        ] as [(Int?, Bool, BodyAnnouncement.Refusal?)])
    func refusal(length: Int?, isCoded: Bool, expected: BodyAnnouncement.Refusal?) {
        let body = BodyAnnouncement(length: length, isCoded: isCoded)
        #expect(body.refusal(limit: 100) == expected)
    }

    @Test(
        "reads digits",
        arguments: [("0", 0), ("7", 7), ("0100", 100), ("999999999999999", 999_999_999_999_999)])
    func number(digits: String, number: Int) {
        #expect(BodyAnnouncement.number(Array(digits.utf8).span) == number)
    }
}
