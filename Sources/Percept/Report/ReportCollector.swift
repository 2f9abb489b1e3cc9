import PerceptCore
import PerceptInference

/// Collects results file by file.
struct ReportCollector {
    private(set) var entries: [Report.Entry] = []
    private(set) var warnings: [Warning] = []
    private(set) var resultPaths: [String] = []
    /// The media in memory, by the names that results use.
    var media: [String: MediaSource] = [:]
    /// The indexes of entries, keyed by the path of the medium, or by its name if the file does not exist.
    private var indices: [String: Int] = [:]
    /// Mask folders that a result names; their own lists are skipped as duplicates.
    private var namedFolders: Set<String> = []
    private var listedFolders: [(folder: String, segments: [JSONValue])] = []

    /// The maximum size of a results file, in bytes.
    private static let byteLimit = 256 << 20

    /// Other lists in a folder of masks, which repeat the results.
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
                    if FileStatus(path: list) != nil { try collectFile(list, name: list) }
                } else if name.hasSuffix(".json") || name.hasSuffix(".jsonl"),
                    !(hasMasks && Self.otherFormats.contains(name))
                {
                    try collectFile(inner, name: inner)
                }
            }
        }
    }

    /// Adds the mask lists that no result names.
    mutating func finish() {
        for (folder, list) in listedFolders where !namedFolders.contains(Folder.resolving(folder)) {
            var finding = ReportFinding(folder: folder)
            finding.readSegments(list)
            add(finding, "\(folder)/\(SegmentFiles.listName)", name: folder, source: nil, key: Folder.resolving(folder))
        }
        listedFolders = []
    }

    private mutating func collectFile(_ path: String, name: String) throws(MediaError) {
        let file = try InputFile(path: path, name: name)
        guard file.byteCount <= Self.byteLimit else {
            throw MediaError(
                .limitExceeded, source: name,
                problem: "exceeds the limit of \(Self.byteLimit) bytes for results",
                remedy: "split the file")
        }
        resultPaths.append(path)
        let folder = Folder.parent(of: path)
        try collect(
            file.read(at: 0, count: file.byteCount), name: name,
            folder: name == path ? folder.isEmpty ? "." : folder : nil)
    }

    private mutating func collect(_ bytes: [UInt8], name: String, folder: String?) throws(MediaError) {
        if let document = try? JSONValue(parsing: bytes) { return addDocument(document, name, folder) }
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            try MediaError.checkCancellation()
            guard line.contains(where: { $0 > 0x20 }) else { continue }
            let origin = "\(name), line \(index + 1)"
            do {
                addDocument(try JSONValue(parsing: Array(line)), origin, folder)
            } catch {
                warnings.append("\(origin): skipped, not JSON (\(error))")
            }
        }
    }

    /// Adds one result, or a list of results or masks.
    private mutating func addDocument(_ json: JSONValue, _ origin: String, _ folder: String?) {
        if let list = json.arrayValue {
            if let folder, !list.isEmpty, list.allSatisfy({ $0["mask"] != nil && $0["file"] == nil }) {
                return listedFolders.append((folder, list))
            }
            // Lists are not nested: each element is a result.
            for (index, element) in list.enumerated() { addResult(element, "\(origin), element \(index)", folder) }
            if list.isEmpty { warnings.append("\(origin): skipped, an empty list") }
            return
        }
        addResult(json, origin, folder)
    }

    private mutating func addResult(_ json: JSONValue, _ origin: String, _ folder: String?) {
        guard let object = json.objectValue else {
            warnings.append("\(origin): skipped, found \(json.kindDescription), expected a result")
            return
        }
        add(object, origin, folder)
    }

    /// Adds one result.
    ///
    /// - Parameters:
    ///   - origin: the place where the result was found, for warnings.
    ///   - folder: the folder that paths in the result may refer to.
    mutating func add(_ object: JSONObject, _ origin: String, _ folder: String? = nil) {
        // For masks saved from a response, the file is the response.
        guard let name = (object["image"] ?? object["file"])?.stringValue else {
            warnings.append("\(origin): skipped, no file name (found the keys \(Self.listed(object.keys)))")
            return
        }
        let masks = object["output"]?.stringValue.map { Self.found($0, beside: folder) ?? $0 }
        var finding = ReportFinding(folder: object["segments"] == nil ? nil : masks)
        guard finding.read(object) else {
            warnings.append(
                Warning(
                    "\(origin): skipped, expected a transcript, classes, detections or segments "
                        + "(found the keys \(Self.listed(object.keys)))"))
            return
        }
        if let masks, object["segments"] != nil { namedFolders.insert(Folder.resolving(masks)) }
        if let source = media[name] {
            return add(finding, origin, name: name, source: source, key: "\u{0}\(name)")
        }
        let path = Self.found(name, beside: folder)
        if path == nil {
            warnings.append("\(origin): the file \(name) was not found; its results are shown without it")
        }
        add(
            finding, origin, name: name, source: path.map { .file($0, name: name) }, isMissing: path == nil,
            key: path.map(Folder.resolving) ?? "\u{0}\(name)")
    }

    private mutating func add(
        _ finding: ReportFinding, _ origin: String, name: String, source: MediaSource?, isMissing: Bool = false,
        key: String
    ) {
        warnings += finding.complaints.map { $0.about(origin) }
        if let index = indices[key] {
            entries[index].findings += finding.findings
        } else {
            indices[key] = entries.count
            entries.append(
                Report.Entry(name: name, source: source, isMissing: isMissing, findings: finding.findings))
        }
    }

    private static func listed(_ keys: [String]) -> String {
        keys.isEmpty ? "none" : keys.prefix(8).joined(separator: ", ")
    }

    private static func isFolder(_ path: String) -> Bool {
        FileStatus(path: path)?.isDirectory == true
    }

    private static func contents(_ folder: String) throws(MediaError) -> [String] {
        guard let names = Folder.names(in: folder) else {
            throw MediaError(
                .inputMissing, source: folder, problem: "cannot read the folder", remedy: "check its permissions")
        }
        return names.filter { !$0.hasPrefix(".") }.sorted()
    }

    /// Returns an existing path: as given, or relative to `folder`.
    private static func found(_ path: String, beside folder: String?) -> String? {
        guard !path.isEmpty else { return nil }
        let candidates = [path] + (path.hasPrefix("/") ? [] : [folder].compactMap(\.self).map { "\($0)/\(path)" })
        return candidates.first { FileStatus(path: $0) != nil }
    }

}
