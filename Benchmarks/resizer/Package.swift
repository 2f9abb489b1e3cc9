// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "resizer",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "percept", path: "../..")],
    targets: [
        .executableTarget(
            name: "resizer", dependencies: [.product(name: "PerceptImage", package: "percept")], path: ".",
            exclude: ["resizer.py"], sources: ["main.swift"])
    ]
)
