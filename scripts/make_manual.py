#!/usr/bin/env python3
"""Manual pages from what `--help` prints.

    make_manual.py PROGRAM [--section 1] [--date 2026-01-31] --output FOLDER

PROGRAM is asked for its commands by --experimental-dump-help, so that help and manual have one
source. A page a command is written, such as refinectl-export.1. swift-argument-parser's own plugin,
GenerateManual, would do it too, but it leaves out every character that is not ASCII, runs the lines
of an example together with what follows, and builds the whole package again. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import time
from pathlib import Path

def escaped(text: str) -> str:
    """Text as roff takes it: no escape, no hyphen that is typeset as a dash, ASCII alone."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga")
    text = text.replace("'", "\\(aq").replace("~", "\\(ti").replace("^", "\\(ha")
    return "".join(c if ord(c) < 128 else f"\\[u{ord(c):04X}]" for c in text)


def line(text: str) -> str:
    """A line of text: one that begins with a dot would be a command."""
    text = escaped(text)
    return "\\&" + text if text.startswith(".") else text


def bold(text: str) -> str:
    return f"\\fB{escaped(text)}\\fR"


def italic(text: str) -> str:
    return f"\\fI{escaped(text)}\\fR"


def discussion(text: str) -> list[str]:
    """Paragraphs, and what is indented as it stands."""
    page: list[str] = []
    is_example = False
    for row in text.split("\n"):
        indented = row.startswith("  ") and row.strip() != ""
        if indented and not is_example:
            page += [".RS 4", ".EX"]
        elif is_example and not indented:
            page += [".EE", ".RE"]
            if row.strip():
                page.append(".PP")
        is_example = indented
        if indented:
            page.append(line(row[2:]))
        elif row.strip():
            page.append(line(row))
        elif page and page[-1] not in (".PP", ".RE"):
            page.append(".PP")
        elif page and page[-1] == ".RE":
            page.append(".PP")
    if is_example:
        page += [".EE", ".RE"]
    while page and page[-1] == ".PP":
        page.pop()
    return page


def spelled(argument: dict) -> str:
    """`--output PATH`, or the name of a positional argument."""
    if argument["kind"] == "positional":
        return italic(argument["valueName"])
    names = [("-" if name["kind"] == "short" else "--") + name["name"]
             for name in argument["names"]]
    text = ", ".join(bold(name) for name in names)
    return text + (" " + italic(argument["valueName"]) if argument["kind"] == "option" else "")


def described(argument: dict) -> str:
    """The help of an argument, with its values and its default as `--help` gives them."""
    notes = []
    if argument.get("allValues"):
        notes.append("values: " + ", ".join(argument["allValues"]))
    if argument.get("defaultValue"):
        notes.append("default: " + argument["defaultValue"])
    words = argument.get("abstract", "")
    return (words + (f" ({'; '.join(notes)})" if notes else "")).strip()


def arguments(command: dict) -> list[str]:
    """The arguments, those with a title of their own in sections."""
    shown = [a for a in command.get("arguments", []) if a["shouldDisplay"]]
    titles: dict[str | None, list[dict]] = {}
    for argument in shown:
        place = "arguments" if argument["kind"] == "positional" else argument.get("sectionTitle")
        titles.setdefault(place, []).append(argument)
    page: list[str] = []
    for title in ["arguments", *(t for t in titles if t not in ("arguments", None)), None]:
        if title not in titles:
            continue
        if title == "arguments":
            page.append(".SH ARGUMENTS")
        elif ".SH OPTIONS" not in page:
            page.append(".SH OPTIONS")
        if title not in ("arguments", None):
            page.append(f".SS {escaped(title)}")
        elif title is None and len(set(titles) - {"arguments"}) > 1:
            page.append(".SS Others")
        for argument in titles[title]:
            page += [".TP", spelled(argument), line(described(argument))]
    return page


def synopsis(names: list[str], command: dict) -> str:
    """The command with the arguments that it must have."""
    parts = [bold(" ".join(names))]
    if command.get("subcommands"):
        parts.append(f"[{italic('command')}]" if command.get("defaultSubcommand")
                     else italic("command"))
    shown = [a for a in command.get("arguments", []) if a["shouldDisplay"]]
    if any(a["kind"] != "positional" and a["isOptional"] for a in shown):
        parts.append(f"[{italic('options')}]")
    for argument in shown:
        if argument["kind"] == "positional" or not argument["isOptional"]:
            text = spelled(argument) + (" ..." if argument["isRepeating"] else "")
            parts.append(f"[{text}]" if argument["isOptional"] else text)
    return " ".join(parts)


def commands_below(command: dict) -> list[dict]:
    return [c for c in command.get("subcommands", [])
            if c["shouldDisplay"] and c["commandName"] != "help"]


class Manual:
    """The pages of one program."""

    def __init__(self, root: dict, section: str, date: str, version: str) -> None:
        self.root, self.section, self.date, self.version = root, section, date, version

    def pages(self) -> list[tuple[str, str]]:
        """Name of the file and text of each page."""
        return self._pages([self.root["commandName"]], self.root)

    def _pages(self, names: list[str], command: dict) -> list[tuple[str, str]]:
        pages = [(f"{'-'.join(names)}.{self.section}", self._page(names, command))]
        for below in commands_below(command):
            pages += self._pages([*names, below["commandName"]], below)
        return pages

    def _page(self, names: list[str], command: dict) -> str:
        name = "-".join(names)
        abstract = command.get("abstract", "").rstrip(".")
        rows = [f'.TH "{escaped(name.upper())}" "{self.section}" "{self.date}" '
                f'"refinery {self.version}" "refinery"',
                ".SH NAME", f"{escaped(name)} \\- {escaped(abstract)}",
                ".SH SYNOPSIS", synopsis(names, command)]
        if command.get("discussion"):
            rows += [".SH DESCRIPTION", *discussion(command["discussion"])]
        below = commands_below(command)
        if below:
            rows.append(".SH COMMANDS")
            for other in below:
                rows += [".TP", bold(other["commandName"])
                         + (" (the default)" if other["commandName"]
                            == command.get("defaultSubcommand") else ""),
                         line(other.get("abstract", ""))]
        rows += arguments(command)
        see = ["-".join([*names[:-1]])] if len(names) > 1 else []
        see += [f"{name}-{other['commandName']}" for other in below]
        if see:
            rows.append(".SH SEE ALSO")
            rows.append(",\n".join(f"{bold(other)}({self.section})" for other in see))
        return "\n".join(rows) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--section", default="1", choices=[str(n) for n in range(1, 9)])
    parser.add_argument("--date", help="of the pages (default: SOURCE_DATE_EPOCH, else today)")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()

    def ask(*words: str) -> str:
        return subprocess.run([options.program, *words], check=True, capture_output=True,
                              text=True).stdout
    tool = json.loads(ask("--experimental-dump-help"))
    if tool.get("serializationVersion") != 0:
        raise SystemExit(f"{options.program}: its help is of version "
                         f"{tool.get('serializationVersion')}, and only 0 is known")
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    date = options.date or time.strftime("%Y-%m-%d", time.gmtime(seconds))
    manual = Manual(tool["command"], options.section, date, ask("--version").strip())
    options.output.mkdir(parents=True, exist_ok=True)
    for name, text in manual.pages():
        (options.output / name).write_text(text, encoding="ascii")


if __name__ == "__main__":
    main()
