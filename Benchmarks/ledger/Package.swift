// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "ledger",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "percept", path: "../..")],
    targets: [
        .executableTarget(
            name: "ledger", dependencies: [.product(name: "PerceptBatch", package: "percept")], path: ".",
            sources: ["main.swift"])
    ]
)
