// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target: the house style's upcoming features and strict memory safety.
let settings: [SwiftSetting] = [
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
    .enableUpcomingFeature("ExistentialAny"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
    .enableUpcomingFeature("MemberImportVisibility"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
    .enableUpcomingFeature("InternalImportsByDefault"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0461-async-function-isolation.md
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0458-strict-memory-safety.md
    .strictMemorySafety(),
]

let package = Package(
    name: "pulse",
    products: [
        .library(name: "Pulse", targets: ["Pulse"]),
        .library(name: "PulseMonitor", targets: ["PulseMonitor"]),
        .library(name: "PulseServer", targets: ["PulseServer"]),
        .executable(name: "pulse", targets: ["PulseCommand"]),
    ],
    traits: [
        .trait(
            name: "NATS",
            description: "Status over NATS JetStream, for more than one machine: needs libnats.")
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        // Without its trait for Foundation: the binary starts faster and stays smaller.
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
    ],
    targets: [
        // Compiled, because it receives in the library's place: needs libmicrohttpd-dev and gnutls.
        .target(name: "CMicroHTTPD", publicHeadersPath: "."),
        .systemLibrary(
            name: "CGnuTLS",
            pkgConfig: "gnutls",
            providers: [.apt(["libgnutls28-dev"])]
        ),
        .systemLibrary(
            name: "CNATS",
            pkgConfig: "libnats",
            providers: [.apt(["libnats-dev"])]
        ),
        .systemLibrary(
            name: "CSQLite",
            pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"])]
        ),
        .target(name: "Certificates", dependencies: ["CGnuTLS"]),
        .target(name: "MicroHTTPD", dependencies: ["CMicroHTTPD", "CGnuTLS", "Certificates"]),
        .target(name: "SQLite", dependencies: ["CSQLite"]),
        // Without its trait only plain values: nothing of the library is needed or linked then.
        .target(
            name: "NATS",
            dependencies: [.target(name: "CNATS", condition: .when(traits: ["NATS"]))]),
        .target(name: "Pulse"),
        .target(
            name: "PulseMonitor",
            dependencies: ["Pulse", .product(name: "Logging", package: "swift-log")]
        ),
        .target(
            name: "PulseServer",
            dependencies: [
                "Pulse", "PulseMonitor", "MicroHTTPD", "Certificates",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .target(
            name: "PulseArchive",
            dependencies: [
                "Pulse", "PulseMonitor", "SQLite",
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .target(
            name: "PulseClient",
            dependencies: ["Pulse", "PulseMonitor", "CGnuTLS", "Certificates"]),
        .target(name: "PulseWatch", dependencies: ["Pulse", "PulseMonitor", "PulseClient"]),
        .target(
            name: "PulseDoctor",
            dependencies: ["Pulse", "MicroHTTPD", "PulseMonitor", "PulseClient", "Certificates"]),
        .target(name: "PulseRun", dependencies: ["Pulse", "PulseMonitor", "MicroHTTPD"]),
        .target(
            name: "PulseNATS",
            dependencies: [
                "Pulse", "PulseMonitor", "NATS",
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .executableTarget(
            name: "PulseCommand",
            dependencies: [
                "Pulse", "PulseMonitor", "PulseArchive", "PulseServer", "PulseClient", "PulseWatch",
                "PulseDoctor",
                "PulseRun", "PulseNATS",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .target(
            name: "TestSupport",
            dependencies: ["Pulse", .product(name: "Logging", package: "swift-log")],
            path: "Tests/TestSupport"),
        // Not a product either: `make simulate`.
        .target(
            name: "Simulator", dependencies: ["TestSupport", "PulseMonitor", "Pulse"],
            path: "Tests/Simulator"),
        .executableTarget(name: "simulate", dependencies: ["Simulator"], path: "Tests/Simulate"),
        .testTarget(
            name: "SimulatorTests", dependencies: ["Simulator", "PulseMonitor", "Pulse"],
            exclude: ["Recorded"]),
        .testTarget(name: "MicroHTTPDTests", dependencies: ["TestSupport", "MicroHTTPD"]),
        .testTarget(name: "CertificatesTests", dependencies: ["TestSupport", "Certificates"]),
        .testTarget(name: "SQLiteTests", dependencies: ["TestSupport", "SQLite"]),
        .testTarget(name: "PulseTests", dependencies: ["TestSupport", "Pulse"]),
        // Not a product: what Tests/FuzzTests asks for verdicts.
        .executableTarget(
            name: "Verdicts", dependencies: ["Pulse"], path: "Tests/FuzzTests/Verdicts"),
        .testTarget(
            name: "PulseMonitorTests", dependencies: ["TestSupport", "PulseMonitor", "Pulse"]),
        .testTarget(
            name: "PulseServerTests",
            dependencies: [
                "TestSupport", "PulseServer", "PulseMonitor", "Pulse", "MicroHTTPD", "Certificates",
            ]),
        .testTarget(
            name: "PulseArchiveTests",
            dependencies: ["TestSupport", "PulseArchive", "PulseMonitor", "Pulse", "SQLite"]),
        .testTarget(name: "PulseClientTests", dependencies: ["PulseClient"]),
        .testTarget(
            name: "PulseWatchTests",
            dependencies: [
                "TestSupport", "PulseWatch", "PulseClient", "PulseMonitor", "MicroHTTPD", "Pulse",
            ]),
        .testTarget(
            name: "PulseDoctorTests",
            dependencies: ["TestSupport", "PulseDoctor", "Certificates", "MicroHTTPD", "Pulse"]),
        .testTarget(
            name: "PulseNATSTests",
            dependencies: ["TestSupport", "PulseNATS", "NATS", "PulseMonitor", "Pulse"]),
        .testTarget(
            name: "PulseRunTests", dependencies: ["TestSupport", "PulseRun", "Pulse"],
            exclude: ["Outputs", "TrainerLog/Written"]),
        .testTarget(
            name: "PulseCommandTests",
            dependencies: [
                "TestSupport", "PulseCommand", "PulseClient", "PulseServer", "PulseMonitor",
                "Pulse",
            ]),
        .testTarget(
            name: "WireTests",
            dependencies: [
                "TestSupport", "PulseRun", "PulseServer", "PulseMonitor", "Pulse", "MicroHTTPD",
            ]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = settings
}
