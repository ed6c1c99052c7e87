/// What a client sends the daemon: corpus files and HTTP requests.
enum DaemonSeeds {
    /// Every seed; the name's end says what it is: `.jsonl`, `.txt`, `.scores`,
    /// `.parquet` (a score file, too) or `.http`.
    static let all: [ModelFiles] =
        corpora.map { ModelFiles(name: $0, bytes: Array($1.utf8)) }
        + [ModelFiles(name: "score-file.parquet", bytes: ScoreFileCase.tableSeed)]
        + requests.enumerated().map { number, request in
            ModelFiles(name: "request-\(number).http", bytes: Array(request.utf8))
        }

    private static let corpora: [(String, String)] = [
        (
            "corpus.jsonl",
            """
            \u{FEFF}{"id": "a", "text": "One line.", "domain": "web", "more": {"n": [1, 2.5e3, null]}}\r
            {"id": 12, "text": "Two \\u00e9\\ud83d\\ude00 \\"lines\\"\\n", "domain": null}

            {"text": "Without an id.", "meta": {"set": "x"}}
            {"id": "a", "text": "日本語のテキスト"}
            [1, 2]
            {"id": "b", "text": ""}
            {"id": "c", "text": "no end"
            """
        ),
        ("corpus-clean.jsonl", lines),
        ("score-file.scores", ScoreFileCase.seed),
        ("text.txt", "One document,\nof several lines.\r\nNaïve café.\n"),
    ]

    private static let lines = """
        {"id":"a","text":"The boats went down the river.","domain":"web"}
        {"id":"b","text":"Nobody counts the hours."}

        """

    private static let requests: [String] =
        [
            "status", "progress", "progress?corpus=a&first_document=1&last_document=9", "models",
            "jobs", "jobs?limit=3", "jobs/1", "corpora", "rejects", "rejects?corpus=a",
            "selections", "selections?name=a", "selections/1", "selections/1/rows",
            "selections/1/rows?order=shuffle&seed=7&keep_fields=1", "selections/1/provenance",
            "scores?where=%5B%22tokens%3D1..2%22%5D&format=csv", "scores?unit=document", "columns",
            "report?selection=a", "comparison?first=a&second=b", "chunks/1", "chunks/1?selection=a",
        ].map { request("GET", $0, "") }
        + [
            ("POST", "imports?file=a.jsonl&corpus=a&replace=1", lines),
            ("POST", "imports?file=a.txt&format=text&path=x%2Fa.txt", "A text."),
            (
                "POST", "imports?file=a.gz&compression=gzip&id_field=id&no_id_field=0",
                "\u{1F}\u{8B}"
            ),
            ("POST", "imports?file=b.jsonl&text_field=meta.text&domain_field=d", lines),
            (
                "POST", "selections",
                #"{"rule":{"size":{"ratio":"0.5"},"corpus":"a","where":["tokens=1..9"]},"name":"a"}"#
            ),
            (
                "POST", "selections",
                #"{"rule":{"size":{"top_k":2},"exclude_domains":["web"]},"dry_run":true}"#
            ),
            ("POST", "benchmarks", "aaaaaaaabbbbbbbb"),
            (
                "POST", "columns?name=mates&file=v.jsonl&corpus=a&replace=1",
                "{\"id\":\"a\",\"chunk\":0,\"value\":1.5}\n{\"id\":\"b\",\"value\":\"x\"}\n"
            ),
            ("POST", "jobs/1/cancel", ""), ("POST", "pause", ""), ("POST", "resume", ""),
            ("POST", "retry?corpus=a", ""), ("DELETE", "corpora/a", ""),
            ("DELETE", "selections/1", ""), ("DELETE", "columns/mates", ""),
        ].map { request($0, $1, $2) }

    private static func request(_ method: String, _ target: String, _ body: String) -> String {
        "\(method) /v1/\(target) HTTP/1.1\r\nHost: refinery\r\nConnection: close\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}
