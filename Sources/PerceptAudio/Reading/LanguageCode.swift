/// Language codes of ISO 639, which exist with two and with three letters.
enum LanguageCode {
    /// Returns whether `text` is a code of two or three letters, possibly followed by a hyphen and a region or script.
    static func isWellFormed(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = parts.first, (2...3).contains(first.utf8.count), first.utf8.allSatisfy(isLetter) else {
            return false
        }
        return parts.dropFirst().allSatisfy { part in
            (1...8).contains(part.utf8.count)
                && part.utf8.allSatisfy { isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// Returns the code with three letters in its terminological form (ISO 639-2/T), such as `deu` for `de`, `ger` and
    /// `de-CH`; an uncommon code is only converted to lower case.
    static func canonical(_ code: String) -> String {
        let language = String(code.lowercased().prefix { $0 != "-" })
        return threeLetters[language] ?? language
    }

    /// The codes with two letters of about a hundred common languages, in alphabetical order.
    static let common = entries.split(separator: " ").map { String($0.prefix(2)) }

    private static let threeLetters: [String: String] = {
        var table: [String: String] = [:]
        for entry in entries.split(separator: " ") {
            let codes = entry.split(separator: "/")
            for code in codes { table[String(code)] = String(codes[1]) }
        }
        return table
    }()

    /// The code with two letters, the terminological one with three, and the bibliographic one if it differs.
    private static let entries = """
        af/afr am/amh ar/ara az/aze be/bel bg/bul bn/ben bo/bod/tib br/bre bs/bos ca/cat cs/ces/cze cy/cym/wel da/dan \
        de/deu/ger el/ell/gre en/eng eo/epo es/spa et/est eu/eus/baq fa/fas/per fi/fin fo/fao fr/fra/fre fy/fry ga/gle \
        gd/gla gl/glg gu/guj ha/hau he/heb hi/hin hr/hrv hu/hun hy/hye/arm id/ind ig/ibo is/isl/ice it/ita ja/jpn \
        jv/jav ka/kat/geo kk/kaz km/khm kn/kan ko/kor ku/kur ky/kir la/lat lb/ltz lo/lao lt/lit lv/lav mi/mri/mao \
        mk/mkd/mac ml/mal mn/mon mr/mar ms/msa/may mt/mlt my/mya/bur nb/nob ne/nep nl/nld/dut nn/nno no/nor oc/oci \
        pa/pan pl/pol ps/pus pt/por rm/roh ro/ron/rum ru/rus si/sin sk/slk/slo sl/slv so/som sq/sqi/alb sr/srp sv/swe \
        sw/swa ta/tam te/tel tg/tgk th/tha tk/tuk tl/tgl tr/tur tt/tat uk/ukr ur/urd uz/uzb vi/vie xh/xho yi/yid \
        yo/yor zh/zho/chi zu/zul
        """
}
