// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

// Loaded at first use, so nothing is linked: only their headers are needed, which pkg-config has to find where they are
// not in the compiler's own path. There they are linked too.
#if os(macOS)
    let (raqmConfiguration, fontconfigConfiguration): (String?, String?) = ("raqm", "fontconfig")
    let (heifConfiguration, tiffConfiguration): (String?, String?) = ("libheif", "libtiff-4")
#else
    let (raqmConfiguration, fontconfigConfiguration): (String?, String?) = (nil, nil)
    let (heifConfiguration, tiffConfiguration): (String?, String?) = (nil, nil)
#endif

// What carries requests elsewhere is tested on Linux too, in debug builds. In a release it would have
// FoundationNetworking loaded, and some twenty libraries with it.
let sessionSettings =
    swiftSettings + [.define("PERCEPT_URL_SESSION", .when(platforms: [.linux], configuration: .debug))]

let package = Package(
    name: "percept",
    platforms: [.macOS(.v15)],
    products: [
        // PerceptCore's words stand in every public signature, so each library brings them along.
        .library(name: "PerceptAudio", targets: ["PerceptAudio", "PerceptCore"]),
        .library(name: "PerceptImage", targets: ["PerceptImage", "PerceptCore"]),
        .library(name: "PerceptInference", targets: ["PerceptInference", "PerceptCore"]),
        .library(
            name: "Percept", targets: ["Percept", "PerceptAudio", "PerceptImage", "PerceptInference", "PerceptCore"]),
        .library(
            name: "PerceptBatch",
            targets: ["PerceptBatch", "Percept", "PerceptAudio", "PerceptImage", "PerceptInference", "PerceptCore"]),
        .library(name: "PerceptSandbox", targets: ["PerceptSandbox", "PerceptInference", "PerceptCore"]),
        .executable(name: "percept", targets: ["PerceptCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
    ],
    targets: [
        .systemLibrary(
            name: "CSndfile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"]), .brew(["libsndfile"])]),
        .systemLibrary(name: "CFLAC", pkgConfig: "flac", providers: [.apt(["libflac-dev"]), .brew(["flac"])]),
        .systemLibrary(
            name: "CMPG123", pkgConfig: "libmpg123", providers: [.apt(["libmpg123-dev"]), .brew(["mpg123"])]),
        .systemLibrary(
            name: "COpusFile", pkgConfig: "opusfile", providers: [.apt(["libopusfile-dev"]), .brew(["opusfile"])]),
        .systemLibrary(
            name: "CVorbisFile", pkgConfig: "vorbisfile", providers: [.apt(["libvorbis-dev"]), .brew(["libvorbis"])]),
        .systemLibrary(name: "CLibPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .systemLibrary(
            name: "CLibJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]),
        .systemLibrary(
            name: "CLibWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"]), .brew(["webp"])]),
        .systemLibrary(
            name: "CLCMS2", pkgConfig: "lcms2", providers: [.apt(["liblcms2-dev"]), .brew(["little-cms2"])]),
        .systemLibrary(
            name: "CFreeType", pkgConfig: "freetype2", providers: [.apt(["libfreetype-dev"]), .brew(["freetype"])]),
        .systemLibrary(
            name: "CRaqm", pkgConfig: raqmConfiguration, providers: [.apt(["libraqm-dev"]), .brew(["libraqm"])]),
        .systemLibrary(
            name: "CFontconfig", pkgConfig: fontconfigConfiguration,
            providers: [.apt(["libfontconfig-dev"]), .brew(["fontconfig"])]),
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
        .systemLibrary(
            name: "CLibHEIF", pkgConfig: heifConfiguration, providers: [.apt(["libheif-dev"]), .brew(["libheif"])]),
        .systemLibrary(
            name: "CLibTIFF", pkgConfig: tiffConfiguration, providers: [.apt(["libtiff-dev"]), .brew(["libtiff"])]),
        .systemLibrary(name: "CGIFLib", providers: [.apt(["libgif-dev"]), .brew(["giflib"])]),
        .target(
            name: "CImageCodecs",
            dependencies: [
                "CLibPNG", "CLibJPEG", "CLibWebP", "CLCMS2", "CLibHEIF", "CLibTIFF", "CGIFLib", "CLoadedLibrary",
            ],
            // Unpacks the texts and the colour profile of a PNG; libpng brings it along.
            linkerSettings: [.linkedLibrary("z"), .linkedLibrary("gif")]),
        .target(name: "CLoadedLibrary"),
        .target(name: "CTextLayout", dependencies: ["CFreeType", "CRaqm", "CFontconfig", "CLoadedLibrary"]),
        .target(name: "CCurl", dependencies: ["CLoadedLibrary"]),
        .target(name: "CArchive", dependencies: ["CLoadedLibrary"]),
        .target(name: "CKernels"),
        .target(name: "CArguments"),

        .target(name: "PerceptCore", dependencies: ["CKernels", "CLoadedLibrary"], swiftSettings: swiftSettings),
        .target(
            name: "PerceptAudio",
            dependencies: ["PerceptCore", "CSndfile", "CFLAC", "CMPG123", "COpusFile", "CVorbisFile", "CKernels"],
            swiftSettings: swiftSettings),
        .target(
            name: "PerceptImage",
            dependencies: ["PerceptCore", "CImageCodecs", "CFreeType", "CTextLayout", "CKernels"],
            swiftSettings: swiftSettings),
        .target(
            name: "PerceptInference",
            dependencies: ["PerceptCore", "CCurl", .product(name: "HTTPTypes", package: "swift-http-types")],
            swiftSettings: sessionSettings),
        .target(
            name: "Percept", dependencies: ["PerceptAudio", "PerceptImage", "PerceptInference"],
            // Embedded in the code, since a command that is copied elsewhere loses its bundle.
            resources: ["page.css", "page.js", "controls.js", "picture.js", "recording.js", "cards.js"].map {
                .embedInCode("Report/Page/\($0)")
            },
            swiftSettings: swiftSettings),
        .target(
            name: "PerceptBatch",
            dependencies: ["Percept", "CArchive", "CSQLite"],
            swiftSettings: swiftSettings),
        .target(
            name: "PerceptSandbox",
            dependencies: [
                "PerceptInference", "PerceptAudio", "PerceptImage", .product(name: "FlyingSocks", package: "FlyingFox"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "PerceptCommand",
            dependencies: [
                "PerceptBatch", "Percept", "PerceptSandbox", "CArguments",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings),

        .target(
            name: "PerceptTestSupport", dependencies: ["PerceptCore", "CKernels"], path: "Tests/PerceptTestSupport",
            swiftSettings: swiftSettings),
        .testTarget(
            name: "PerceptCoreTests", dependencies: ["PerceptCore", "PerceptTestSupport", "CKernels"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "PerceptAudioTests", dependencies: ["PerceptAudio", "PerceptTestSupport", "CKernels"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "PerceptImageTests",
            dependencies: ["PerceptImage", "PerceptTestSupport", "CKernels", "CImageCodecs"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "PerceptInferenceTests", dependencies: ["PerceptInference", "PerceptTestSupport"],
            swiftSettings: sessionSettings),
        .testTarget(
            name: "PerceptTests", dependencies: ["Percept", "PerceptSandbox", "PerceptTestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "PerceptBatchTests", dependencies: ["PerceptBatch", "PerceptSandbox", "PerceptTestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "PerceptSandboxTests", dependencies: ["PerceptSandbox", "PerceptTestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "PerceptCommandTests", dependencies: ["PerceptCommand", "PerceptTestSupport"],
            swiftSettings: swiftSettings),
    ]
)
