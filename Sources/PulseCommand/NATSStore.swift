import ArgumentParser
import PulseNATS

/// A bucket of a cluster for the commands: the one place where a build without the trait `NATS`
/// differs.
enum NATSStore {
    /// - Throws: a clear word when this build can't talk to NATS.
    static func bucket(
        _ address: BucketAddress, access: NATSAccess, name: String
    ) throws -> any BucketStore {
        #if NATS
        return BucketLink(address, access: access, name: name)
        #else
        CommandOutput.error(
            """
            this pulse was built without NATS: build it with libnats-dev and \
            `swift build --traits NATS`
            """)
        throw ExitCode.failure
        #endif
    }
}
