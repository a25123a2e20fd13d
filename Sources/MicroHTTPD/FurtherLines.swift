/// Collects the lines of a list field that follow the first (RFC 9110 §5.3).
struct FurtherLines {
    private let field: HeaderField
    private let separator: StaticString
    private var isFirst = true
    /// Each line's value with the separator before it; empty when there was one line.
    private(set) var bytes: [UInt8] = []

    init(of field: HeaderField, separator: StaticString) {
        self.field = field
        self.separator = separator
    }

    /// The next line of the head, whatever its name.
    mutating func take(name: Span<UInt8>, value: Span<UInt8>) {
        guard field.isCalled(name) else { return }
        guard !isFirst else { return isFirst = false }
        for index in 0..<separator.utf8CodeUnitCount {
            bytes.append(unsafe separator.utf8Start[index])
        }
        for index in 0..<HeaderField.countWithoutBlanks(of: value) { bytes.append(value[index]) }
    }
}
