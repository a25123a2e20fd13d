/// The body of one request while it arrives.
///
/// The library holds it as the request's context, from the head until the request has ended in
/// whatever way, and touches it on one thread at a time.
final class RequestBody {
    private(set) var bytes: [UInt8] = []
    private let limit: Int

    /// - Parameter limit: bytes at most, as the head was judged by.
    init(limit: Int) {
        self.limit = limit
    }

    /// Takes the next piece; false when it is more than the head announced.
    func append(_ piece: UnsafeRawBufferPointer) -> Bool {
        guard piece.count <= limit - bytes.count else { return false }
        unsafe bytes.append(contentsOf: piece)
        return true
    }
}
