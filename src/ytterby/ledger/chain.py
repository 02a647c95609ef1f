"""Checks the books of a plant: that no entry was touched, and that its masses sum to nothing.

    python verify.py [evidence.zip]

This file needs Python 3.11 or newer and nothing else; it travels in every bundle of evidence.

Every entry is a text. Its digest is taken from that of the entry before and that of the text:

    digest[n] = SHA-256(digest[n-1] + SHA-256(text[n])), both as 64 hexadecimal digits

so that an entry can be proven to stand in its place even where the text of others is withheld.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

GENESIS = "0" * 64
"""What the first entry finds in the place of a digest before it."""
ENTRIES, HOLDINGS, MANIFEST, VERIFIER = (
    "entries.jsonl",
    "holdings.csv",
    "manifest.json",
    "verify.py",
)
"""Files of a bundle of evidence."""


class Link(NamedTuple):
    """An entry as it hangs in the chain. text: None where it is withheld and only sealed."""

    seq: int
    previous: str
    digest: str
    seal: str
    text: str | None


class Fault(NamedTuple):
    """What is wrong, and with which entry; None where it is with all of them."""

    seq: int | None
    problem: str

    def __str__(self) -> str:
        return self.problem if self.seq is None else f"entry {self.seq}: {self.problem}"


def canonical(body: dict[str, Any]) -> str:
    """The one text of an entry: JSON, keys in order, no space, masses whole micrograms."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def seal_of(text: str) -> str:
    """SHA-256 of the text of an entry."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(previous: str, seal: str) -> str:
    """Digest of an entry from that of the one before and the seal of its own text."""
    return hashlib.sha256((previous + seal).encode()).hexdigest()


def faults(links: Iterable[Link]) -> Iterator[Fault]:
    """What is wrong with the chain, at the entry that was touched.

    Each entry is held against the digest of the one before as it was when it was written, so that
    one changed entry makes one fault, and those that follow it stay good.
    """
    before, last = GENESIS, 0
    for link in links:
        if link.seq != last + 1:
            gone = f"{last + 1}" if link.seq == last + 2 else f"{last + 1} to {link.seq - 1}"
            yield Fault(last + 1, f"missing: {gone} was taken out or never was")
            before = link.previous
        if link.text is not None and seal_of(link.text) != link.seal:
            yield Fault(link.seq, "changed: its text is not the one that was sealed")
        elif digest_of(link.previous, link.seal) != link.digest:
            yield Fault(link.seq, "changed: its digest is not that of what it says")
        elif link.previous != before:
            yield Fault(last or link.seq, "changed, and given a digest that the next does not know")
        before, last = link.digest, link.seq


def faults_of_body(seq: int, body: dict[str, Any]) -> Iterator[Fault]:
    """What is wrong with what an entry says by itself: its number, and sums that are not zero."""
    if body["seq"] != seq:
        yield Fault(seq, f"says that it is entry {body['seq']}")
    sums: dict[str, int] = defaultdict(int)
    for _, _, element, micrograms in posted(body):
        sums[element] += micrograms
    for element, total in sums.items():
        if total:
            yield Fault(seq, f"{total} ug of {element} come from nowhere")


def posted(body: dict[str, Any]) -> list[list[Any]]:
    """[account, lot, element, micrograms] of each line that an entry posts."""
    return body["lines"] if body["kind"] == "event" else []


def holdings(bodies: Iterable[dict[str, Any]]) -> dict[tuple[str, str, str], int]:
    """Micrograms by (account, lot, element) after all `bodies`, those that are zero left out."""
    held: dict[tuple[str, str, str], int] = defaultdict(int)
    for body in bodies:
        for account, lot, element, micrograms in posted(body):
            held[account, lot, element] += micrograms
    return {place: mass for place, mass in held.items() if mass}


def links_of(lines: Iterable[str]) -> Iterator[Link]:
    """The entries of a bundle."""
    for line in lines:
        row = json.loads(line)
        seal = row["seal"] if "seal" in row else seal_of(row["text"])
        yield Link(row["seq"], row["previous"], row["digest"], seal, row.get("text"))


def check_bundle(files: dict[str, bytes]) -> tuple[str, list[Fault]]:
    """What was checked, and what is wrong, of the files of a bundle of evidence."""
    manifest = json.loads(files[MANIFEST])
    found = [
        Fault(None, f"{name} is not the file that the manifest names")
        for name, digest in manifest["files"].items()
        if name not in files or hashlib.sha256(files[name]).hexdigest() != digest
    ]
    links = list(links_of(files[ENTRIES].decode().splitlines()))
    found += faults(links)
    bodies = [(link.seq, json.loads(link.text)) for link in links if link.text is not None]
    for seq, body in bodies:
        found += faults_of_body(seq, body)
    if not links or links[-1].digest != manifest["digest"] or links[-1].seq != manifest["entries"]:
        found.append(Fault(None, "the last entry is not the one that the manifest names"))
    withheld = len(links) - len(bodies)
    if not withheld and HOLDINGS in files:
        found += _faults_of_holdings(files[HOLDINGS].decode(), [body for _, body in bodies])
    return (
        f"{manifest['plant']}: {len(links)} entries, {withheld} of them sealed; "
        f"last digest {manifest['digest']}",
        found,
    )


def _faults_of_holdings(text: str, bodies: list[dict[str, Any]]) -> Iterator[Fault]:
    stated = {
        (row["account"], row["lot"], row["element"]): int(row["micrograms"])
        for row in csv.DictReader(io.StringIO(text))
    }
    found = holdings(bodies)
    for place in sorted(stated.keys() | found.keys()):
        if stated.get(place, 0) != found.get(place, 0):
            yield Fault(
                None,
                f"{' '.join(filter(None, place))}: {HOLDINGS} says {stated.get(place, 0)} ug, "
                f"the entries come to {found.get(place, 0)} ug",
            )


def read_bundle(path: Path) -> dict[str, bytes]:
    """The files of a bundle, zipped or unpacked."""
    if path.is_dir():
        return {file.name: file.read_bytes() for file in path.iterdir() if file.is_file()}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def main(arguments: list[str]) -> int:
    """Check the bundle that is named, or the one this file lies in; 0 when nothing is wrong."""
    path = Path(arguments[0]) if arguments else Path(__file__).parent
    try:
        checked, found = check_bundle(read_bundle(path))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        print(f"{path}: not a bundle of evidence that can be read: {error!r}", file=sys.stderr)
        return 2
    print(checked)
    for fault in found:
        print(f"FAULT {fault}")
    print("Nothing is wrong." if not found else f"{len(found)} faults.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
