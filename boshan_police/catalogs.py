"""Compiles the language catalogs (.po to .mo) when they are newer, without gettext tools."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def stale(root: Path = ROOT) -> list[Path]:
    """The .po files under `<root>/<app>/locale/` whose .mo is missing or older."""
    return [
        source
        for source in sorted(root.glob("*/locale/*/LC_MESSAGES/*.po"))
        if not (target := source.with_suffix(".mo")).exists()
        or target.stat().st_mtime_ns < source.stat().st_mtime_ns
    ]


def compile_stale(root: Path = ROOT) -> int:
    """Compile what is stale and return how many there were. Safe when two processes do it at once."""
    sources = stale(root)
    if sources:
        import polib  # only when there is work: every command comes through here

        for source in sources:
            target = source.with_suffix(".mo")
            half = target.with_name(f".{target.name}.{os.getpid()}")
            polib.pofile(str(source)).save_as_mofile(str(half))
            half.replace(target)
    return len(sources)
