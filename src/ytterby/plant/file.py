"""Plant files: reading with errors that point at a line, writing so that comments stay."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ytterby.plant.errors import PlantError, nearest
from ytterby.plant.survey import Refused, survey, syntax

if TYPE_CHECKING:
    from os import PathLike

    from ytterby.plant.plant import Plant

LARGEST = 1_000_000
"""Size of a plant file [bytes]; a large plant takes a hundredth of it."""
_LINE_WIDTH = 100
_SHORT = 84
"""Most characters of a mapping that a generated file puts on one line."""


class PlantFileError(PlantError):
    """A file that is no plant: file, line and column in front, the line with a caret behind.

    line, column: from 1, or 0 where the file as a whole is meant.
    """

    def __init__(self, file: str, message: str, line: int = 0, column: int = 0, text: str = ""):
        self.path, self.at_key = (), False
        self.file, self.message, self.line, self.column = file, message, line, column
        place = f"{file}:{line}:{column}" if line else file
        ValueError.__init__(self, f"{place}: {message}" + _excerpt(text, line, column))


def read(path: str | PathLike[str]) -> Plant:
    """The plant in the file `path`; raises PlantFileError."""
    return parse(_text(Path(path)), str(path))


def parse(text: str, file: str) -> Plant:
    """The plant that `text` describes; `file` is how errors name it. Raises PlantFileError."""
    from ytterby.plant.plant import Plant

    document = load(text, file)
    try:
        return Plant.from_tree(document, document)
    except PlantError as error:
        line, column = locate(document, error.path, error.at_key)
        raise PlantFileError(file, str(error), line + 1, column + 1, text) from None


def at_unit(file: str | PathLike[str], plant: Plant, unit: str, message: str) -> PlantFileError:
    """The error that points at `unit` in the file that `plant` was read from."""
    line, column = locate(plant.document, ("units", unit), True)
    return PlantFileError(str(file), message, line + 1, column + 1, _text(Path(file)))


def load(text: str, file: str) -> Any:
    """The tree in `text`, with its comments and positions; raises PlantFileError."""
    from ruamel.yaml.error import MarkedYAMLError

    try:
        survey(text)
        document = _yaml().load(text)
        _refuse_other_types(document)
    except Refused as error:
        raise PlantFileError(file, error.message, error.line + 1, error.column + 1, text) from None
    except MarkedYAMLError as error:
        mark: Any = error.problem_mark
        raise PlantFileError(file, syntax(error), mark.line + 1, mark.column + 1, text) from None
    if document is None:
        raise PlantFileError(file, "found nothing in the file, expected a plant")
    return document


def write(plant: Plant, path: str | PathLike[str]) -> None:
    """Write `plant` to the file `path`, wholly or not at all.

    The comments of the file it came from stay. Raises PlantError where the file would not read
    as the same plant, and OSError.
    """
    text = dump(plant)
    parse(text, str(path))
    target = Path(path).resolve()
    part = target.with_name(f".{target.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        if target.exists():
            part.chmod(target.stat().st_mode)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def dump(plant: Plant) -> str:
    """The text of a plant file."""
    stream = StringIO()
    _yaml().dump(_document(plant), stream)
    return stream.getvalue()


def locate(document: Any, path: tuple[str | int, ...], at_key: bool) -> tuple[int, int]:
    """(line, column), from 0, of the value at `path`, or of its key.

    What is missing is shown where it would stand: at the key of the innermost mapping there is;
    and so is what spans several lines.
    """
    steps: list[tuple[Any, Any]] = []
    value = document
    for key in path:
        if not _holds(value, key):
            break
        steps.append((value, key))
        value = value[key]
    if not steps:
        return (document.lc.line, document.lc.col) if hasattr(document, "lc") else (0, 0)
    branch, key = steps[-1]
    if isinstance(branch, list):
        return branch.lc.item(key)  # type: ignore[attr-defined]
    missing = len(steps) < len(path) and isinstance(value, Mapping | list)
    style: Any = getattr(value, "fa", None)
    spread = value is None or (style is not None and not style.flow_style())
    return branch.lc.key(key) if at_key or missing or spread else branch.lc.value(key)


def _holds(branch: Any, key: str | int) -> bool:
    if isinstance(branch, list):
        return isinstance(key, int) and key < len(branch)
    return isinstance(branch, Mapping) and key in branch


def _yaml() -> Any:
    """The reader and writer of YAML 1.2, where Y is yttrium and No is a name."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = _LINE_WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _text(path: Path) -> str:
    """The text of the file; raises PlantFileError when it cannot be one of a plant."""
    try:
        if not path.exists():
            raise PlantFileError(str(path), f"found no such file.{_neighbour(path)}".rstrip("."))
        if not path.is_file():
            inside = path / "plant.yaml"
            hint = f". Did you mean {str(inside)!r}?" if inside.is_file() else ""
            raise PlantFileError(
                str(path), f"found no file but a folder or device, expected a plant file{hint}"
            )
        size = path.stat().st_size
        if size > LARGEST:
            found = f"found {size / LARGEST:.1f} MB, expected a plant file of at most 1 MB"
            raise PlantFileError(str(path), found)
        return _decoded(path.read_bytes(), str(path))
    except OSError as error:
        raise PlantFileError(str(path), f"cannot be read: {error.strerror}") from None


def _neighbour(path: Path) -> str:
    if not path.parent.is_dir():
        return ""
    return nearest(path.name, [p.name for p in path.parent.iterdir() if p.suffix == path.suffix])


def _decoded(raw: bytes, file: str) -> str:
    if b"\0" in raw:
        raise PlantFileError(file, "found binary data, expected a plant file: YAML text in UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise PlantFileError(
            file,
            f"found the byte 0x{raw[error.start]:02x} on line {line}, expected text in UTF-8; "
            "save the file as UTF-8",
        ) from None


def _refuse_other_types(branch: Any) -> None:
    """Raise Refused for keys that are not text and for dates."""
    if isinstance(branch, Mapping):
        lines: Any = branch
        for key, value in branch.items():
            if not isinstance(key, str):
                line, column = lines.lc.key(key)
                raise Refused(
                    f"found {key!r} as a key, expected a name; put it in quotes", line, column
                )
            _refuse_date(value, lines.lc.value(key))
            _refuse_other_types(value)
    elif isinstance(branch, list):
        items: Any = branch
        for index, value in enumerate(branch):
            _refuse_date(value, items.lc.item(index))
            _refuse_other_types(value)


def _refuse_date(value: Any, place: tuple[int, int]) -> None:
    if hasattr(value, "isoformat"):
        raise Refused(f"found the date {value}, expected a text; put it in quotes", *place)


def _document(plant: Plant) -> Any:
    """What is written: the document the plant was read from, while it still says the same."""
    from ytterby.plant.plant import Plant

    if plant.document is not None and Plant.from_tree(plant.document) == plant:
        return plant.document
    document = _styled(plant.to_tree())
    for section in ("feeds", "units", "outlets"):
        if document.get(section):
            document.yaml_set_comment_before_after_key(section, before="\n")
            document[section].fa.set_block_style()
    return document


def _styled(tree: Any) -> Any:
    """The tree with short mappings on one line."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    if isinstance(tree, Mapping):
        styled = CommentedMap({key: _styled(value) for key, value in tree.items()})
        plain = not any(isinstance(value, Mapping) for value in tree.values())
        if plain and sum(len(f"{key}: {value}, ") for key, value in tree.items()) <= _SHORT:
            styled.fa.set_flow_style()
        return styled
    if isinstance(tree, list | tuple):
        listed = CommentedSeq(_styled(value) for value in tree)
        listed.fa.set_flow_style()
        return listed
    return float(tree) if isinstance(tree, float) else tree


def _excerpt(text: str, line: int, column: int) -> str:
    """The offending line with a caret under the offence, cut to a width that fits a screen."""
    lines = text.splitlines()
    if not 0 < line <= len(lines):
        return ""
    start = max(0, column - _LINE_WIDTH // 2) if column > _LINE_WIDTH else 0
    shown = "".join(c if c.isprintable() else " " for c in lines[line - 1])[start:][:_LINE_WIDTH]
    return f"\n{line:>5} | {shown.rstrip()}\n      | {' ' * (column - 1 - start)}^"
