"""Names that cannot be mistaken for one another: of lots, places, people and papers.

Two names that look alike and are not the same are how a lot is counted twice, and how one person
approves what he himself proposed. So a name is plain text in one script, and no two names of a
book may look the same.
"""

from __future__ import annotations

import unicodedata

from ytterby.ledger.errors import LedgerError

LONGEST_NAME = 80
LONGEST_TEXT = 2000
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")
"""Scripts with letters of the same shape; others are told apart at sight."""
# Letters that look Latin and are not: Unicode Technical Standard 39, confusables.txt, those that a
# common typeface draws alike.
_LOOKALIKES = str.maketrans(
    "аеорсхуіјѕһԁԛԝвкмнтгοαινρτυκχγεβμΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТУХІЈЅ",
    "aeopcxyijshdqwbkmhtroaivptukxyebuABEZHIKMNOPTYXABEKMHOPCTYXIJS",
)


def check_name(name: object, field: str) -> str:
    """`name` itself; raises LedgerError unless it is plain, visible and in one script."""
    text = _check_text(name, field, LONGEST_NAME)
    if not text:
        raise LedgerError("nothing", "a name", field=field)
    if text != " ".join(text.split()):
        raise LedgerError(
            repr(text), "single spaces, and none at either end", "Take them out.", field=field
        )
    if unicodedata.normalize("NFKC", text) != text:
        raise LedgerError(
            repr(text),
            f"plain letters, such as {unicodedata.normalize('NFKC', text)!r}",
            "It has a form of a character that looks like another.",
            field=field,
        )
    for word in text.split():
        scripts = _scripts(word)
        if len(scripts) > 1:
            raise LedgerError(
                f"{text!r}, where {word!r} mixes {' and '.join(scripts)} letters",
                "letters of one script in a word",
                "Type the name anew.",
                field=field,
            )
    return text


def check_text(text: object, field: str) -> str:
    """`text` itself, a remark of any script; raises LedgerError on what cannot be seen."""
    return _check_text(text, field, LONGEST_TEXT)


def _check_text(text: object, field: str, longest: int) -> str:
    if not isinstance(text, str):
        raise LedgerError(repr(text), "a text", field=field)
    if len(text) > longest:
        raise LedgerError(f"{len(text)} characters", f"at most {longest}", field=field)
    for character in text:
        if unicodedata.category(character) in _INVISIBLE and character != "\n":
            raise LedgerError(
                f"{text!r} with the invisible character U+{ord(character):04X}",
                "characters that can be seen",
                "Take it out.",
                field=field,
            )
    if unicodedata.normalize("NFC", text) != text:
        raise LedgerError(
            f"{text!r} with letters put together from parts",
            "composed letters (Unicode NFC)",
            f"Write {unicodedata.normalize('NFC', text)!r}.",
            field=field,
        )
    return text


def _scripts(word: str) -> list[str]:
    if word.isascii():
        return []
    names = (unicodedata.name(character, "") for character in word if character.isalpha())
    return sorted({name.split()[0] for name in names} & set(_SCRIPTS))


def likeness(name: str) -> str:
    """What `name` looks like: the same text for names that a reader could not tell apart."""
    plain = unicodedata.normalize("NFKD", name.translate(_LOOKALIKES)).casefold()
    return unicodedata.normalize("NFC", plain.translate(_LOOKALIKES))
