"""The record side: lots, readings and what moved, as books that nobody can quietly change."""

from ytterby.ledger.account import KINDS, Account
from ytterby.ledger.assay import Assay
from ytterby.ledger.book import Book
from ytterby.ledger.entry import Entry
from ytterby.ledger.errors import LedgerError, StorageError
from ytterby.ledger.event import Event, Line, move
from ytterby.ledger.evidence import noted_in, write_evidence
from ytterby.ledger.importing import Imported, ImportRefused, import_tables
from ytterby.ledger.lot import FEED_CLASSES, STAGES, Lot
from ytterby.ledger.measurement import Measurement
from ytterby.ledger.uncertain import Uncertain
from ytterby.ledger.verification import Verification

__all__ = [
    "FEED_CLASSES",
    "KINDS",
    "STAGES",
    "Account",
    "Assay",
    "Book",
    "Entry",
    "Event",
    "ImportRefused",
    "Imported",
    "LedgerError",
    "Line",
    "Lot",
    "Measurement",
    "StorageError",
    "Uncertain",
    "Verification",
    "import_tables",
    "move",
    "noted_in",
    "write_evidence",
]
