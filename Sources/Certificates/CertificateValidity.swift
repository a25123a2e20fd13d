/// When a certificate begins and ends to be valid (RFC 5280 §4.1.2.5): unix times.
package struct CertificateValidity: Sendable, Equatable {
    package let begin: Int64
    package let end: Int64

    package init(begin: Int64, end: Int64) {
        (self.begin, self.end) = (begin, end)
    }

    /// When both are valid.
    package func intersection(_ other: CertificateValidity) -> CertificateValidity {
        CertificateValidity(begin: max(begin, other.begin), end: min(end, other.end))
    }
}
