// swift-tools-version: 6.2
import PackageDescription

// A package as its users write them, one executable per product it tries. `make test` builds it in release mode, where
// the optimizer sees across module borders, and runs each executable.
let package = Package(
    name: "consumers",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "percept", path: "../..")],
    targets: [
        .executableTarget(
            name: "RecordingConsumer", dependencies: [.product(name: "PerceptAudio", package: "percept")]),
        .executableTarget(
            name: "ImageConsumer", dependencies: [.product(name: "PerceptImage", package: "percept")]),
        .executableTarget(
            name: "ResultConsumer", dependencies: [.product(name: "Percept", package: "percept")]),
        .executableTarget(
            name: "BatchConsumer",
            dependencies: [
                .product(name: "PerceptBatch", package: "percept"),
                .product(name: "PerceptSandbox", package: "percept"),
            ]),
        .executableTarget(
            name: "ServiceConsumer",
            dependencies: [
                .product(name: "Percept", package: "percept"), .product(name: "PerceptSandbox", package: "percept"),
            ]),
    ]
)
