// swift-tools-version: 6.2
import PackageDescription

// Apart from the product's package, which must never depend on Foundation's JSON or on a benchmark.
let package = Package(
    name: "pulse-benchmark",
    dependencies: [.package(name: "pulse", path: "../..")],
    targets: [
        .executableTarget(
            name: "pulse-benchmark",
            dependencies: [.product(name: "Pulse", package: "pulse")],
            path: "Sources/PulseBenchmark"
        )
    ],
    swiftLanguageModes: [.v6]
)
