// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]
// Optimising what only calls what is tested takes minutes; numeric tests are optimised, too.
let tests = strict + [.unsafeFlags(["-Onone"])]

let package = Package(
    name: "refinery",
    products: [
        .library(name: "TeacherInference", targets: ["TeacherInference"]),
        .executable(name: "refineryd", targets: ["refineryd"]),
        .executable(name: "refinectl", targets: ["refinectl"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    ],
    targets: [
        .systemLibrary(
            name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(
            name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(
            name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(
            name: "CBrotli", pkgConfig: "libbrotlidec", providers: [.apt(["libbrotli-dev"])]),
        .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .systemLibrary(name: "CSnappy", pkgConfig: "snappy", providers: [.apt(["libsnappy-dev"])]),
        .systemLibrary(name: "CLZMA", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]),
        .systemLibrary(name: "CBzip2", providers: [.apt(["libbz2-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .target(name: "CKernels"),
        .target(name: "CFaults"),
        .target(name: "CSentencePiece", linkerSettings: [.linkedLibrary("sentencepiece")]),
        .target(
            name: "Parquet",
            dependencies: ["CBrotli", "CDeflate", "CLZ4", "CSnappy", "CZstd"],
            swiftSettings: strict),
        .target(
            name: "TrainerFormats",
            dependencies: ["CZstd", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict),
        .target(
            name: "TeacherInference",
            dependencies: ["CFaults", "CKernels", "COpenBLAS", "CPCRE2", "CSentencePiece"],
            swiftSettings: strict),
        .target(
            name: "ReferenceTraining",
            dependencies: [
                "CKernels", "TeacherInference", .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),
        .target(
            name: "Prediction",
            dependencies: [.product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict),
        .target(
            name: "Migrations",
            path: "migrations",
            resources: [
                .embedInCode("v0001_initial.sql"), .embedInCode("v0002_selection.sql"),
                .embedInCode("v0003_benchmark.sql"), .embedInCode("v0004_columns.sql"),
                .embedInCode("v0005_changed.sql"),
                .embedInCode("v0006_rule_file.sql"), .embedInCode("v0007_slice.sql"),
                .embedInCode("v0008_field.sql"), .embedInCode("v0009_served.sql"),
                .embedInCode("v0010_share.sql"),
                .embedInCode("v0011_imported_score.sql"),
            ],
            swiftSettings: strict),
        .target(
            name: "Refinery",
            dependencies: [
                "Parquet", "Prediction", "ReferenceTraining", "ScoringEngines",
                "TeacherInference", "TrainerFormats", "Migrations",
                "CBzip2", "CDeflate", "CLZMA", "CMalloc", "CZstd", "CZlib",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .target(
            name: "ScoringEngines",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "refineryd",
            dependencies: [
                "Refinery", "ScoringEngines", "TeacherInference",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "TOMLKit", package: "TOMLKit"),
            ],
            resources: [
                .embedInCode("Live/live.html"), .embedInCode("Live/live.css"),
                .embedInCode("Live/live.js"), .embedInCode("Live/icon.svg"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "refinectl",
            dependencies: [
                "Prediction", "ReferenceTraining", "Refinery", "TeacherInference", "TrainerFormats",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "parquet-judge",
            dependencies: ["Parquet"],
            path: "Tests/ParquetJudge",
            swiftSettings: strict),
        .testTarget(
            name: "ParquetTests",
            dependencies: ["Parquet", "parquet-judge", "CLZ4"],
            swiftSettings: strict),
        .testTarget(
            name: "TrainerFormatsTests",
            dependencies: ["TrainerFormats", "CZstd"],
            swiftSettings: strict),
        .testTarget(
            name: "ScoringEnginesTests",
            dependencies: [
                "Prediction", "Refinery", "ScoringEngines", "TeacherInference", "refinectl",
                "refineryd",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            exclude: ["canned_engine.py"],
            swiftSettings: tests),
        .testTarget(
            name: "TeacherInferenceTests",
            dependencies: ["TeacherInference", "CKernels", "COpenBLAS"],
            swiftSettings: strict),
        .testTarget(
            name: "ReferenceTrainingTests",
            dependencies: ["ReferenceTraining", "TeacherInference", "CKernels"],
            swiftSettings: strict),
        .executableTarget(
            name: "training-judge",
            dependencies: ["ReferenceTraining", "TeacherInference"],
            path: "Tests/TrainingJudge",
            swiftSettings: strict),
        .executableTarget(
            name: "prediction-judge",
            dependencies: ["Prediction"],
            path: "Tests/PredictionJudge",
            swiftSettings: strict),
        .testTarget(
            name: "PredictionTests",
            dependencies: ["Prediction"],
            swiftSettings: strict),
        .executableTarget(
            name: "tokenizer-writer",
            dependencies: ["TeacherInference"],
            path: "Tests/TokenizerWriter",
            swiftSettings: strict),
        .executableTarget(
            name: "model-fuzzer",
            dependencies: [
                "Refinery", "TeacherInference", "CMalloc",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            path: "Tests/ModelFuzzer",
            swiftSettings: strict),
        .testTarget(
            name: "ModelFuzzerTests",
            dependencies: ["model-fuzzer", "refineryd"],
            swiftSettings: strict),
        .testTarget(
            name: "RefineryTests",
            dependencies: [
                "Parquet", "Prediction", "ReferenceTraining", "Refinery", "TeacherInference",
                "TrainerFormats", "Migrations", "CBzip2", "CLZMA", "CZlib", "CZstd",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: tests),
        .testTarget(
            name: "RefinerydTests",
            dependencies: [
                "refineryd", "Refinery", .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: tests),
        .testTarget(
            name: "RefinectlTests",
            dependencies: [
                "refinectl", "Refinery", "TeacherInference",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: tests),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["refineryd", "refinectl"],
            swiftSettings: tests),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
