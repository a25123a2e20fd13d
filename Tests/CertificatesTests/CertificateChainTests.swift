import Certificates
import Testing

@Suite("CertificateChain")
struct CertificateChainTests {
    /// Unix times of the first moments of years.
    private static let (year2025, year2026, year2028, year2030): (Int64, Int64, Int64, Int64) = (
        1_735_689_600, 1_767_225_600, 1_830_297_600, 1_893_456_000
    )

    private func validity(_ texts: String...) -> CertificateValidity? {
        CertificateChain(pem: Array(texts.joined(separator: "\n").utf8))?.validity
    }

    @Test("is valid as long as all are that clients look at: not a root's end counts")
    func validity() {
        #expect(
            validity(Self.server)
                == CertificateValidity(begin: Self.year2026, end: Self.year2030))
        #expect(
            validity(Self.server, Self.intermediate)
                == CertificateValidity(begin: Self.year2026, end: Self.year2028))
        #expect(
            validity(Self.server, Self.intermediate, Self.root)
                == validity(Self.server, Self.intermediate))
        // It may be what is shown itself.
        #expect(validity(Self.root)?.end == 1_704_067_200)
        #expect(validity(Self.intermediate, Self.root)?.begin == Self.year2025)
    }

    @Test(
        "finds none where there is none",
        arguments: ["", "\0", "-----BEGIN CERTIFICATE-----", "-----BEGIN PRIVATE KEY-----\nAA==\n"])
    func none(text: String) {
        #expect(validity(text) == nil)
        #expect(validity(String(Self.server.dropLast(80))) == nil)
        #expect(CertificateChain.isBegun(pem: Array(text.utf8)) == false)
    }

    @Test("takes no half of a chain, and says that there is one")
    func half() {
        let text = [Self.server, String(Self.intermediate.dropLast(80))].joined(separator: "\n")
        #expect(validity(text) == nil)
        #expect(CertificateChain.isBegun(pem: Array(text.utf8)))
    }

    /// 2026 to 2030, certified by the next.
    private static let server = """
        -----BEGIN CERTIFICATE-----
        MIIBCzCBsqADAgECAgEBMAoGCCqGSM49BAMCMBAxDjAMBgNVBAMMBWludGVyMB4X
        DTI2MDEwMTAwMDAwMFoXDTMwMDEwMTAwMDAwMFowDzENMAsGA1UEAwwEbGVhZjBZ
        MBMGByqGSM49AgEGCCqGSM49AwEHA0IABOvhk7tB/4IPILep8PVz8CIVfnkozj18
        lYdtC3RuOzz/N0MoVllOwjC0nt9zyU3KqcoC6VhOPRs34bNvF5czRJ8wCgYIKoZI
        zj0EAwIDSAAwRQIgQsDfE52FqaPcLlsMp+S8JV6uVuOTCZ/Z3G1dPq4LnV4CIQC7
        pYOJrXTFYnQ5rx4ULWiXebVpvf6bkxOFergKPasXcQ==
        -----END CERTIFICATE-----
        """

    /// 2025 to 2028, certified by the next.
    private static let intermediate = """
        -----BEGIN CERTIFICATE-----
        MIIBCzCBsqADAgECAgECMAoGCCqGSM49BAMCMA8xDTALBgNVBAMMBHJvb3QwHhcN
        MjUwMTAxMDAwMDAwWhcNMjgwMTAxMDAwMDAwWjAQMQ4wDAYDVQQDDAVpbnRlcjBZ
        MBMGByqGSM49AgEGCCqGSM49AwEHA0IABLv8bsPNok0/oFYWV8mhfJ9+dqaVNmpR
        6UGhKR4VkjvTX27M6kWVrzl02znGij3Yf6xmI5ItCGBibLRTF4r3dMAwCgYIKoZI
        zj0EAwIDSAAwRQIgCOpfrx25wufWlUiNvoTYuq1EZJhlu+9pPFzuJEfii+wCIQCR
        h6qHJAcLXk9Wun1OUWhcWYKmoBBCFeglPHKEqzKq5g==
        -----END CERTIFICATE-----
        """

    /// 2020 to 2024, by its own key.
    private static let root = """
        -----BEGIN CERTIFICATE-----
        MIIBCzCBsaADAgECAgEDMAoGCCqGSM49BAMCMA8xDTALBgNVBAMMBHJvb3QwHhcN
        MjAwMTAxMDAwMDAwWhcNMjQwMTAxMDAwMDAwWjAPMQ0wCwYDVQQDDARyb290MFkw
        EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaGrEFgmcV7yQWUcQxqYkVEeyMzaVLBwI
        JQx0hROO/+z7zh2IIGN9Ih0iq1/RCgbb91iTr4Ko0K9rdcsIV8O5WDAKBggqhkjO
        PQQDAgNJADBGAiEArg3DGz6B1oc46x+59ujFLkN7/f0Lb4BtLrXetUWqTg8CIQCs
        B8WwKhG1abvlPd91oGbkvywSFsLJLtHkl4uUB0dwrQ==
        -----END CERTIFICATE-----
        """
}
