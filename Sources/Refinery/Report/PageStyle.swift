/// How every page begins and ends: one file, no network, no script, light and dark, phone and paper.
public enum PageStyle {
    /// The bytes that every page begins with.
    public static let mark = Array(head("").utf8.prefix(64))

    /// What ends a page.
    static let end = "</main></body></html>\n"

    /// The document's head and the beginning of its body.
    ///
    /// - Parameter title: of the page, as text.
    /// - Returns: Markup.
    static func head(_ title: String) -> String {
        var escaped = HTML()
        escaped.text(title)
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(String(decoding: escaped.bytes, as: UTF8.self))</title>
            <style>
            \(colours)
            \(text)
            \(tables)
            \(charts)
            \(examples)
            </style></head><body><main>

            """
    }

    /// Blue and orange, which people who confuse red and green tell apart; every pair of ink and
    /// ground has a contrast of 4.5 to 1 or more.
    private static let colours = """
        :root { --ink: #1b1e23; --paper: #fff; --soft: #f4f5f7; --faint: #5b616b; --rule: #d9dce1; --all: #b4bac4; --kept: #0b62b0; --cut: #b3470a; --p1: #e3effb; --p2: #c3dcf5; --p3: #94c1ec; --p4: #5fa2de; --n1: #fdebdc; --n2: #fad3b0; --n3: #f4b179; --n4: #e98d3f; --c0: #0b62b0; --c1: #c26a00; --c2: #00805c; --c3: #a8477f; --c4: #3f8fc4; --c5: #8a6d00; --c6: #7a7f88; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e7e9ec; --paper: #15171a; --soft: #1d2024; --faint: #a2a9b4; --rule: #363b43; --all: #5a616d; --kept: #5aa9f0; --cut: #f29a54; --p1: #172a3d; --p2: #1b3d5e; --p3: #205486; --p4: #26649f; --n1: #33241a; --n2: #50331d; --n3: #744416; --n4: #8a4f10; --c0: #5aa9f0; --c1: #f0a03c; --c2: #2fbf93; --c3: #dd8fbd; --c4: #8cc9ee; --c5: #d9bf4a; --c6: #8d939d; } }
        """

    private static let text = """
        body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
        main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
        h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .3rem; overflow-wrap: anywhere; } h2 { font-size: 1.25rem; margin: 2.6rem 0 .6rem; } h3 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
        p, ul { max-width: 44rem; margin: .5rem 0; overflow-wrap: anywhere; } ul { padding-left: 1.2rem; } code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
        dl { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .2rem 1rem; margin: .6rem 0; } dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
        .note { color: var(--faint); font-size: .92rem; }
        .verdict { font-size: 1.15rem; border-left: 4px solid var(--kept); background: var(--soft); padding: .7rem 1rem; max-width: none; } .warning { border-left: 4px solid var(--cut); padding-left: .8rem; }
        :focus-visible { outline: 2px solid var(--kept); outline-offset: 2px; }
        """

    private static let tables = """
        .scroll { overflow-x: auto; max-width: 100%; } table { border-collapse: collapse; font-size: .94rem; }
        th, td { padding: .25rem .9rem .25rem 0; text-align: right; border-bottom: 1px solid var(--rule); font-variant-numeric: tabular-nums; font-weight: normal; vertical-align: middle; white-space: nowrap; } th:first-child { text-align: left; max-width: 22rem; white-space: normal; overflow-wrap: anywhere; min-width: 6rem; } thead th { color: var(--faint); font-size: .86rem; white-space: normal; vertical-align: bottom; }
        .bar { display: block; width: 7rem; height: .7em; background: var(--soft); } .bar span { display: block; height: 100%; background: var(--kept); } .bar .all { background: var(--all); }
        @media (max-width: 30rem) { .bar { width: 3rem; } th, td { padding-right: .55rem; } }
        """

    private static let charts = """
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1rem 2rem; } figure { margin: 0; max-width: 29rem; } figcaption { margin: .2rem 0; } figcaption.note { font-size: .86rem; }
        svg { display: block; width: 100%; height: auto; } svg text { font-size: 13.5px; fill: var(--faint); } svg text.mark { fill: var(--cut); } rect.all { fill: var(--all); } rect.kept { fill: var(--kept); } .axis { fill: none; stroke: var(--rule); } .cut { fill: none; stroke: var(--cut); stroke-width: 1.5; stroke-dasharray: 5 3; }
        .dot { fill: none; stroke-linecap: round; stroke-width: 4.2; opacity: .75; } .dot.out { stroke-width: 2.4; opacity: .45; } .curve { fill: none; stroke-width: 1.8; }
        .c0 { stroke: var(--c0); } .c1 { stroke: var(--c1); } .c2 { stroke: var(--c2); } .c3 { stroke: var(--c3); } .c4 { stroke: var(--c4); } .c5 { stroke: var(--c5); } .c6 { stroke: var(--c6); }
        .key { display: inline-block; width: .8em; height: .8em; margin: 0 .35em 0 0; border-radius: 2px; background: var(--all); } .key.kept { background: var(--kept); } .key.line { height: .2em; vertical-align: middle; background: var(--cut); }
        .k0 { background: var(--c0); } .k1 { background: var(--c1); } .k2 { background: var(--c2); } .k3 { background: var(--c3); } .k4 { background: var(--c4); } .k5 { background: var(--c5); } .k6 { background: var(--c6); } .keys span { margin-right: 1rem; white-space: nowrap; }
        """

    private static let examples = """
        details { border-bottom: 1px solid var(--rule); padding: .45rem 0; } summary { cursor: pointer; overflow-wrap: anywhere; } summary b { font-variant-numeric: tabular-nums; } .in b { color: var(--kept); } .line { color: var(--faint); }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 14px/1.65 ui-monospace, monospace; background: var(--soft); padding: .7rem .9rem; margin: .5rem 0; } i { font-style: normal; border-radius: 2px; color: var(--ink); }
        .p1 { background: var(--p1); } .p2 { background: var(--p2); } .p3 { background: var(--p3); } .p4 { background: var(--p4); } .n1 { background: var(--n1); } .n2 { background: var(--n2); } .n3 { background: var(--n3); } .n4 { background: var(--n4); } .legend i { padding: .1rem .35rem; }
        @media print { body { font-size: 11pt; } details { break-inside: avoid; } details::details-content { content-visibility: visible; block-size: auto; } details:not([open]) > :not(summary) { display: block; } .scroll { overflow: visible; } figure { break-inside: avoid; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
        """
}
