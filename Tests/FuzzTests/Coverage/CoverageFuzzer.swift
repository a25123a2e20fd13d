// Compiled with the sources of `Pulse` by the script `coverage`, not by the package: libFuzzer brings
// its own `main`.

/// Feeds one input of libFuzzer to the decoder, which must neither trap nor read out of bounds.
///
/// What it accepts must read back as the same.
@c(LLVMFuzzerTestOneInput)
public func fuzzOne(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let document = Array(UnsafeBufferPointer(start: start, count: count))
    let status = try? PulseDecoder.decode(document)
    guard let read = try? PulseDecoder.decodeDocument(document) else {
        precondition(status == nil)
        return 0
    }
    precondition(read.version == 2 ? status == nil : status == read.v1)
    let canonical = PulseEncoder.encode(read)
    let isTooLarge = canonical.count > PulseDecoder.sizeLimit
    precondition(isTooLarge || (try? PulseDecoder.decodeDocument(canonical)) == read)
    return 0
}
