"""Profiles of hypothesis: quick by default, thorough with YTTERBY_TESTS=thorough.

Where CI is set the examples are the same each time: the gate asks the same of every change, and
chance looks further at the desk.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "quick",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    max_examples=25,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", parent=settings.get_profile("quick"), max_examples=300)
settings.load_profile(os.environ.get("YTTERBY_TESTS", "quick"))
