"""A bundle of evidence: entries, digests and the program that checks them, for whoever doubts."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from ytterby.ledger import chain
from ytterby.ledger.book import Book
from ytterby.ledger.entry import Entry
from ytterby.ledger.errors import LedgerError
from ytterby.ledger.moment import written

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the zip, so that the same books give the same bundle."""


def write_evidence(book: Book, path: Path, lots: Collection[str] = ()) -> str:
    """Write the books to the zip file `path`; the digest of the last entry.

    lots: show only what concerns these lots and what they were made of or became; all else is
    sealed, its digest standing for it, so that the chain can be checked and no secret is told.
    Raises LedgerError where the file is there already.
    """
    if path.exists():
        raise LedgerError(f"{path}, which is there already", "a file that is not", field="bundle")
    shown = _concerned(book, lots) if lots else None
    entries = list(book.entries())
    last = entries[-1]
    lines = [_line(entry, shown is None or _concerns(entry.body, shown)) for entry in entries]
    files = {chain.ENTRIES: "".join(lines), chain.VERIFIER: Path(chain.__file__).read_text("utf-8")}
    if shown is None:
        files[chain.HOLDINGS] = _holdings(entries)
    manifest = {
        "plant": book.plant,
        "entries": last.seq,
        "digest": last.digest,
        "until": written(last.recorded),
        "lots": sorted(lots),
        "files": {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()},
    }
    files[chain.MANIFEST] = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    _write_zip(path, files)
    return last.digest


def noted_in(path: Path) -> dict[int, str]:
    """The digests that a bundle of evidence tells, by entry; raises LedgerError."""
    try:
        files = chain.read_bundle(path)
        links = chain.links_of(files[chain.ENTRIES].decode().splitlines())
        return {link.seq: link.digest for link in links}
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise LedgerError(f"{path} ({error!r})", "a bundle of evidence", field="against") from None


def _line(entry: Entry, shown: bool) -> str:
    link = entry.link
    said = {"text": link.text} if shown else {"seal": link.seal}
    row = {"seq": link.seq, "previous": link.previous, "digest": link.digest, **said}
    return json.dumps(row, ensure_ascii=False) + "\n"


def _concerned(book: Book, lots: Collection[str]) -> set[str]:
    """The lots, all that they came from, and all that they went into."""
    found = set(lots)
    origins = book.trace_origins()
    for lot in lots:
        found |= {label for labels in origins.of(book.lot(lot).name).values() for label in labels}
        found |= book.trace_lot(lot).lots.get(lot, frozenset())
    return found


def _concerns(body: dict[str, Any], lots: set[str]) -> bool:
    """Whether an entry concerns one of the `lots`."""
    return bool(lots & set(_lots_of(body)))


def _lots_of(body: dict[str, Any]) -> Iterator[str]:
    yield from (line[1] for line in body.get("proposed", body).get("lines", []) if line[1])
    if body["kind"] == "lot":
        yield body["name"]
    if body["kind"] == "assay":
        yield body["lot"]


def _holdings(entries: Iterable[Entry]) -> str:
    held = chain.holdings(entry.body for entry in entries)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("account", "lot", "element", "micrograms"))
    writer.writerows((*place, mass) for place, mass in sorted(held.items()))
    return out.getvalue()


def _write_zip(path: Path, files: dict[str, str]) -> None:
    """Write all files or none: under another name first, then renamed."""
    partial = path.with_name(path.name + ".partial")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in sorted(files.items()):
                archive.writestr(zipfile.ZipInfo(name, _EPOCH), text.encode())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
