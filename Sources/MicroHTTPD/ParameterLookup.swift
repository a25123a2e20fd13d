/// Finds a query parameter by the very bytes of its name.
///
/// The library's own lookup compares without case, as field names do; a query's don't
/// (RFC 3986 §6.2.2.1).
@safe struct ParameterLookup {
    private let name: StaticString
    /// The value as it stands in the target, in the library's memory; nil when none was found.
    private(set) var value: UnsafeBufferPointer<UInt8>?

    init(_ name: StaticString) {
        self.name = name
    }

    /// Whether this is the parameter, whose value is kept then.
    mutating func take(name: Span<UInt8>, value: UnsafeBufferPointer<UInt8>) -> Bool {
        guard name.count == self.name.utf8CodeUnitCount else { return false }
        for index in name.indices where unsafe name[index] != self.name.utf8Start[index] {
            return false
        }
        unsafe self.value = unsafe value
        return true
    }
}
