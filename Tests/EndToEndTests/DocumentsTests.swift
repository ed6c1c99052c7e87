import Foundation
import Testing

/// The pages of the repository, and what is made of the programs' own help.
struct DocumentsTests {
    private func script(_ name: String, _ arguments: [String]) throws -> Ended {
        try Programs.run(
            "/usr/bin/env", ["python3", "-B", Programs.root + "/scripts/" + name] + arguments)
    }

    @Test("every link between pages leads to a page and a heading, also where they are installed")
    func links() throws {
        let own = try script("check_links.py", [Programs.root])
        #expect(own.status == 0, "\(own.output)")
        let folder = try Folder()
        let copied = try script("install_documents.py", [folder("doc")])
        try #require(copied.status == 0, "\(copied.errors)")
        let installed = try script("check_links.py", [folder("doc")])
        #expect(installed.status == 0, "\(installed.output)")
        #expect(FileManager.default.fileExists(atPath: folder("doc/docs/tutorial.md")))
        let page = try String(contentsOfFile: folder("doc/README.md"), encoding: .utf8)
        #expect(page.contains("docs/tutorial.md") && !page.contains("](scripts/"))
    }

    @Test("a link that leads nowhere is found")
    func broken() throws {
        let folder = try Folder()
        _ = try folder.write(
            "README.md",
            """
            # One heading
            [here](#one-heading) [there](docs/a.md#a-b) [web](https://example.org/x)
            [none](docs/b.md) [no heading](#two) ![no picture](p.png)

                [code](is/no/link.md)

            """)
        try FileManager.default.createDirectory(
            atPath: folder("docs"), withIntermediateDirectories: true)
        _ = try folder.write("docs/a.md", "## `A` b?\n")
        let ended = try script("check_links.py", [folder.path])
        #expect(ended.status == 1)
        let lines = ended.output.split(separator: "\n").map(String.init)
        #expect(
            lines == [
                "README.md:3: docs/b.md: there is no such file",
                "README.md:3: #two: there is no such heading",
                "README.md:3: p.png: there is no such file", "2 pages, 3 broken links",
            ])
    }

    @Test(
        "every command has a manual page with its options, and roff finds nothing to say",
        arguments: [("refinectl", "1"), ("refineryd", "8")])
    func manual(_ program: String, _ section: String) throws {
        let folder = try Folder()
        let made = try script(
            "make_manual.py",
            [
                try Programs.path(program), "--section", section, "--date", "2026-01-31",
                "--output", folder("man"),
            ])
        try #require(made.status == 0, "\(made.errors)")
        let pages = try FileManager.default.contentsOfDirectory(atPath: folder("man")).sorted()
        #expect(pages.contains("\(program).\(section)"))
        let isCommand = #/ {2}[a-z][a-z-]*( \(default\))?( {2}.*)?/#
        let help = try Programs.run(program, ["--help"]).output
        let commands = help.split(separator: "\n").filter { $0.wholeMatch(of: isCommand) != nil }
            .compactMap { $0.split(separator: " ").first.map(String.init) }
        #expect(commands.count >= 3)
        for command in commands where command != "help" {
            #expect(pages.contains("\(program)-\(command).\(section)"), "\(command)")
        }
        if program == "refinectl" {
            #expect(pages.contains("refinectl-selections-diff.1"))
            let page = try String(
                contentsOfFile: folder("man/refinectl-export.1"), encoding: .utf8)
            #expect(page.contains(#"\fB\-\-token\-ratio\fR \fIr\fR"#))
            #expect(page.contains(".EX\nrefinectl export"))
            #expect(page.utf8.allSatisfy { $0 < 128 })
        }
        guard FileManager.default.fileExists(atPath: "/usr/bin/groff") else { return }
        for page in pages {
            let read = try Programs.run(
                "/usr/bin/groff", ["-man", "-ww", "-Tutf8", "-z", folder("man/" + page)])
            #expect(read.status == 0 && read.errors.isEmpty, "\(page): \(read.errors)")
        }
    }
}
