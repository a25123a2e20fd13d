import Testing

@testable import PulseServer

@Suite("DescriptorLimit")
struct DescriptorLimitTests {
    @Test(
        "keeps descriptors for the process and slots for short requests",
        arguments: [
            (descriptors: 256, connections: 192, streams: 96), (1_024, 960, 704),
            (20_000, 19_936, 19_680),
            (10, 16, 8),
        ])
    func limits(descriptors: Int, connections: Int, streams: Int) {
        let limit = DescriptorLimit(descriptors: descriptors)
        #expect(limit.connections == connections)
        #expect(limit.streams == streams)
        #expect(limit.defaultStreams == streams)
    }

    @Test("the default is bounded where the system's limit isn't")
    func bounded() {
        #expect(DescriptorLimit(descriptors: 1 << 30).defaultStreams == 50_000)
    }

    @Test("connections follow from a stream cap")
    func connections() {
        let limit = DescriptorLimit(descriptors: 1_024)
        #expect(limit.connections(forStreams: 10) == 266)
        #expect(limit.connections(forStreams: 704) == 960)
    }

    @Test("raising gives at least what there was")
    func raise() {
        let before = DescriptorLimit.current.descriptors
        #expect(DescriptorLimit.raise().descriptors >= max(before, 256))
        #expect(DescriptorLimit.current.descriptors == DescriptorLimit.raise().descriptors)
    }
}
