/// How every page begins and ends: one file, no network, no script, light and dark.
public enum PageStyle {
    /// The bytes that every page begins with.
    public static let mark = Array(head("").utf8.prefix(64))

    /// What ends a page.
    static let end = "</main></body></html>\n"

    /// The document's head and the beginning of its body.
    ///
    /// - Parameter title: a title of our own, no text of a corpus.
    /// - Returns: Markup.
    static func head(_ title: String) -> String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(title)</title>
        <style>
        :root { --ink: #1c1c1e; --paper: #fff; --faint: #6b6b70; --rule: #d5d5da; --all: #b9bcc6; --kept: #2f7d4f; --cut: #c0392b; --good: 47,125,79; --bad: 192,57,43; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e8e8ea; --paper: #17181b; --faint: #9a9aa2; --rule: #3a3b40; --all: #565a66; --kept: #58b37f; --cut: #ff7b6b; --good: 88,179,127; --bad: 255,123,107; } }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
        h1 { font-size: 1.5rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { font-size: 1rem; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; } dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
        table { border-collapse: collapse; } th, td { padding: .15rem .8rem .15rem 0; text-align: right; border-bottom: 1px solid var(--rule); font-variant-numeric: tabular-nums; } th:first-child, td:first-child { text-align: left; } th { color: var(--faint); font-weight: normal; }
        svg { width: 100%; height: auto; } svg text { font-size: 11px; fill: var(--faint); } .all { fill: var(--all); } .kept { fill: var(--kept); } .axis { fill: none; stroke: var(--rule); } .cut { fill: none; stroke: var(--cut); stroke-width: 1.5; stroke-dasharray: 5 3; }
        .dot { fill: none; stroke-width: 3; stroke-linecap: round; opacity: .55; } .dot.all { stroke: var(--all); } .dot.kept { stroke: var(--kept); }
        details { border-bottom: 1px solid var(--rule); padding: .3rem 0; } summary { cursor: pointer; overflow-wrap: anywhere; } .in b { color: var(--kept); } .out b { color: var(--faint); }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.6 ui-monospace, monospace; } i { font-style: normal; border-radius: 2px; }
        .p1 { background: rgba(var(--good), .15); } .p2 { background: rgba(var(--good), .3); } .p3 { background: rgba(var(--good), .5); } .p4 { background: rgba(var(--good), .75); }
        .n1 { background: rgba(var(--bad), .15); } .n2 { background: rgba(var(--bad), .3); } .n3 { background: rgba(var(--bad), .5); } .n4 { background: rgba(var(--bad), .75); }
        .note { color: var(--faint); }
        .a0 { stroke: #2f7d4f; } .a1 { stroke: #8a8d98; } .a2 { stroke: #2b6cb0; } .a3 { stroke: #c0392b; } .a4 { stroke: #b7791f; } .a5 { stroke: #805ad5; } .a6 { stroke: #d53f8c; } .curve { fill: none; stroke-width: 1.8; } svg.key { width: 1.6em; height: .3em; margin: 0 .4em .2em 1em; }
        .verdict { font-size: 1.1rem; border-left: 4px solid var(--kept); padding-left: .8rem; }
        </style></head><body><main>

        """
    }
}
