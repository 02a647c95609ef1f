"""Pages that need nothing but themselves, from the templates of this package."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


def page(template: str, content: dict[str, Any]) -> str:
    """A template of this package filled in; text is never taken for markup."""
    environment = Environment(
        loader=PackageLoader("ytterby.app"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(**content)
