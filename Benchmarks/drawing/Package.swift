// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "drawing",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "percept", path: "../..")],
    targets: [
        .executableTarget(
            name: "drawing", dependencies: [.product(name: "PerceptImage", package: "percept")], path: ".",
            exclude: ["drawing.py"], sources: ["main.swift"])
    ]
)
