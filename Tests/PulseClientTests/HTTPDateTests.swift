import Testing

@testable import PulseClient

@Suite("HTTPDate")
struct HTTPDateTests {
    @Test(
        "counts the seconds since 1970",
        arguments: [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799),
            ("Wed, 01 Mar 2000 00:00:00 GMT", 951_868_800),
            ("Fri, 28 Nov 2025 16:00:00 GMT", 1_764_345_600),
            ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
            // The forms that nobody may send any more, and everybody has to take.
            ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
            ("Sun Nov  6 08:49:37 1994", 784_111_777),
            ("Friday, 28-Nov-25 16:00:00 GMT", 1_764_345_600),
        ] as [(String, Int64)])
    func times(_ text: String, _ time: Int64) {
        #expect(HTTPDate.unixTime(text, now: 1_764_345_600) == time)
    }

    @Test("takes a year of two digits for the past when it seems over 50 years ahead")
    func centuries() {
        let time = { HTTPDate.unixTime("Sunday, 06-Nov-94 08:49:37 GMT", now: $0) }
        #expect(time(784_111_777) == 784_111_777)
        // In 2060 the next year that ends in 94 is near.
        #expect(time(2_850_000_000) == 3_939_871_777)
    }

    @Test(
        "knows no other form",
        arguments: [
            "", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 40 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 999999999999999 08:49:37 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 -8:49:37 GMT",
            "Sunday, 06-Nov 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 CET", "1 2 3 4 5", "120",
        ])
    func others(_ text: String) {
        #expect(HTTPDate.unixTime(text, now: 1_764_345_600) == nil)
    }
}
