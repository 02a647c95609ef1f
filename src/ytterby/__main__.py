"""`python -m ytterby`: the command line."""

from ytterby.app.cli import main

main()
