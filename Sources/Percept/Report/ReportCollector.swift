import Foundation
import PerceptCore
import PerceptInference

/// Gathers results file by file.
struct ReportCollector {
    private(set) var entries: [Report.Entry] = []
    private(set) var warnings: [String] = []
    private(set) var resultPaths: [String] = []
    /// The places of entries by the path of their medium, or its name where there is no such file.
    private var places: [String: Int] = [:]
    /// Folders of masks that a result names: their own lists say the same again.
    private var namedFolders: Set<String> = []
    private var listedFolders: [(folder: String, segments: [JSONValue])] = []

    /// Bytes of one file of results.
    private static let byteLimit = 256 << 20

    /// What a folder of masks may hold besides its list, and a page shows from the list already.
    private static let otherFormats: Set<String> = ["coco.json", "panoptic.json", "polygons.json"]

    /// Reads the results of a file, or of all files in a folder.
    mutating func collect(_ input: MediaSource) throws(MediaError) {
        switch input.storage {
        case .bytes(let bytes): try collect(bytes, name: input.name, folder: nil)
        case .file(let path):
            guard Self.isFolder(path) else { return try collectFile(path, name: input.name) }
            let names = try Self.contents(path)
            let hasMasks = names.contains(SegmentFiles.listName)
            for name in names {
                try MediaError.checkCancellation()
                let inner = "\(path)/\(name)"
                if Self.isFolder(inner) {
                    let list = "\(inner)/\(SegmentFiles.listName)"
                    if FileManager.default.fileExists(atPath: list) { try collectFile(list, name: list) }
                } else if name.hasSuffix(".json") || name.hasSuffix(".jsonl"),
                    !(hasMasks && Self.otherFormats.contains(name))
                {
                    try collectFile(inner, name: inner)
                }
            }
        }
    }

    /// Takes in the lists of masks that no result names.
    mutating func finish() {
        for (folder, list) in listedFolders where !namedFolders.contains(Self.resolved(folder)) {
            var finding = ReportFinding(folder: folder)
            finding.readSegments(list)
            add(finding, "\(folder)/\(SegmentFiles.listName)", name: folder, source: nil, place: Self.resolved(folder))
        }
        listedFolders = []
    }

    private mutating func collectFile(_ path: String, name: String) throws(MediaError) {
        let file = try InputFile(path: path, name: name)
        guard file.byteCount <= Self.byteLimit else {
            throw MediaError(
                .limitExceeded, source: name,
                problem: "is larger than the \(Self.byteLimit) bytes that results may have",
                remedy: "split it")
        }
        resultPaths.append(path)
        let folder = (path as NSString).deletingLastPathComponent
        try collect(
            file.read(at: 0, count: file.byteCount), name: name,
            folder: name == path ? folder.isEmpty ? "." : folder : nil)
    }

    private mutating func collect(_ bytes: [UInt8], name: String, folder: String?) throws(MediaError) {
        if let document = try? JSONValue(parsing: bytes) { return add(document, name, folder) }
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            try MediaError.checkCancellation()
            guard line.contains(where: { $0 > 0x20 }) else { continue }
            let place = "\(name), line \(index + 1)"
            do {
                add(try JSONValue(parsing: Array(line)), place, folder)
            } catch {
                warnings.append("\(place): is no JSON (\(error)), and is left out")
            }
        }
    }

    /// Takes in one result, or a list of results or masks.
    private mutating func add(_ json: JSONValue, _ place: String, _ folder: String?) {
        if let list = json.arrayValue {
            if let folder, !list.isEmpty, list.allSatisfy({ $0["mask"] != nil && $0["file"] == nil }) {
                return listedFolders.append((folder, list))
            }
            // One level: what stands in a list is a result.
            for (index, element) in list.enumerated() { addResult(element, "\(place), at \(index)", folder) }
            if list.isEmpty { warnings.append("\(place): is an empty list, and is left out") }
            return
        }
        addResult(json, place, folder)
    }

    private mutating func addResult(_ json: JSONValue, _ place: String, _ folder: String?) {
        guard let object = json.objectValue else {
            warnings.append("\(place): is \(json.kindDescription), where a result was expected, and is left out")
            return
        }
        // Of masks that were saved from an answer, the file is the answer.
        guard let name = (object["image"] ?? object["file"])?.stringValue else {
            warnings.append("\(place): names no file (its keys: \(Self.listed(object.keys))), and is left out")
            return
        }
        let masks = object["output"]?.stringValue.map { Self.found($0, beside: folder) ?? $0 }
        var finding = ReportFinding(folder: object["segments"] == nil ? nil : masks)
        guard finding.read(object) else {
            warnings.append(
                "\(place): is none of a transcript, classes, detections and segments (its keys: \(Self.listed(object.keys))), and is left out"
            )
            return
        }
        if let masks, object["segments"] != nil { namedFolders.insert(Self.resolved(masks)) }
        let path = Self.found(name, beside: folder)
        if path == nil { warnings.append("\(place): there is no file \(name), so it is shown without") }
        add(
            finding, place, name: name, source: path.map { .file($0, name: name) }, isMissing: path == nil,
            place: path.map(Self.resolved) ?? "\u{0}\(name)")
    }

    private mutating func add(
        _ finding: ReportFinding, _ origin: String, name: String, source: MediaSource?, isMissing: Bool = false,
        place: String
    ) {
        warnings += finding.complaints.map { "\(origin): \($0)" }
        if let index = places[place] {
            entries[index].findings += finding.findings
        } else {
            places[place] = entries.count
            entries.append(
                Report.Entry(name: name, source: source, isMissing: isMissing, findings: finding.findings))
        }
    }

    private static func listed(_ keys: [String]) -> String {
        keys.isEmpty ? "none" : keys.prefix(8).joined(separator: ", ")
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private static func contents(_ folder: String) throws(MediaError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }.sorted()
        } catch {
            throw MediaError(
                .inputMissing, source: folder, problem: "the folder may not be read", remedy: "check its permissions")
        }
    }

    /// A path that exists: as it is, else from `folder` on.
    private static func found(_ path: String, beside folder: String?) -> String? {
        guard !path.isEmpty else { return nil }
        let candidates = [path] + (path.hasPrefix("/") ? [] : [folder].compactMap(\.self).map { "\($0)/\(path)" })
        return candidates.first { FileManager.default.fileExists(atPath: $0) }
    }

    private static func resolved(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
    }
}
