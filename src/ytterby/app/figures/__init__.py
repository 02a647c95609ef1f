"""Figures as SVG text, for reports, notebooks and pages: no other library is needed to see them."""

from ytterby.app.figures.flowsheet import flowsheet_svg
from ytterby.app.figures.profiles import profile_svg
from ytterby.app.figures.sankey import sankey_svg

__all__ = ["flowsheet_svg", "profile_svg", "sankey_svg"]
