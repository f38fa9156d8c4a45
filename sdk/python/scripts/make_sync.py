"""Makes `_sync` from `_async`, word by word: `python make_sync.py [target]`. The default target is the package itself."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "src" / "brainstormrouter"

RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"AsyncStarting\[Async(\w+)\]", r"\1"),
        (r"AsyncStarting\((.*)\)$", r"\1"),
        (r"^from .*_starting import .*\n", ""),
        (r"Awaitable\[(\w+(?:\.\w+)?)\]", r"\1"),
        (r"\bawait ", ""),
        (r"\basync (def|for|with) ", r"\1 "),
        (r"\basync_(\w+)", r"\1"),
        (r"\b_async\b", "_sync"),
        (r"\basynchronous\b", "synchronous"),
        (r"\bAsyncPager\((\w+)\)", r"\1()"),
        (r"`AsyncClient`", "`Client`"),
        (r"\bAsync(?=[A-Z])", ""),
        (r"__a(enter|exit|iter|next)__", r"__\1__"),
        (r"\bStopAsyncIteration\b", "StopIteration"),
        (r"\ba(close|read|iter_bytes)\(", r"\1("),
        (r"^import asyncio\n", ""),
        (r"\basyncio\.Lock\b", "threading.Lock"),
        (r"\bPager\b", "Page"),
    )
)


def made_sync(text: str) -> str:
    """Returns the synchronous version of a module."""
    lines = text.splitlines(keepends=True)
    for rule, replacement in RULES:
        lines = [rule.sub(replacement, line) for line in lines]
    return "".join(lines)


def main(target: str) -> None:
    """Writes the folder `_sync` below `target`."""
    source, folder = PACKAGE / "_async", Path(target) / "_sync"
    for path in sorted(source.rglob("*.py")):
        made = folder / path.relative_to(source)
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(made_sync(path.read_text()))
    config = ["--config", str(PACKAGE.parent.parent / "pyproject.toml"), str(folder)]
    ruff = [sys.executable, "-m", "ruff"]
    subprocess.run([*ruff, "check", "--quiet", "--fix", "--select", "I,F401,RUF022", *config], check=True)  # noqa: S603
    subprocess.run([*ruff, "format", "--quiet", *config], check=True)  # noqa: S603


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else str(PACKAGE))
