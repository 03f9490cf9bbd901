"""Pictures for people, drawn without a screen; the numbers always stand in them as text, too."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

CACHE_FOLDER: Final = Path("var/cache/matplotlib")


def draw_confusion(confusion: Mapping[tuple[str, str], int], path: Path) -> None:
    """Draw how often an owner's questions (rows) went to whom (columns) as a PNG.

    Shades run from white to dark blue, which colour-blind readers can tell apart, as share of the row; counts
    are written into the cells.
    """
    os.environ.setdefault("MPLCONFIGDIR", str(CACHE_FOLDER))  # its font cache stays in the project
    from matplotlib.figure import Figure  # noqa: PLC0415 (slow to import, seldom needed)

    names = sorted({name for pair in confusion for name in pair}, key=lambda name: (name == "none", name))
    counts = np.array([[confusion.get((row, column), 0) for column in names] for row in names])
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = Figure(figsize=(9, 8), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right")
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("went first to")
    axes.set_ylabel("belongs to")
    for row, column in np.argwhere(counts > 0):
        dark = shares[row, column] > 0.5  # noqa: PLR2004 (where white text reads better)
        colour = "white" if dark else "black"
        axes.text(column, row, str(counts[row, column]), ha="center", va="center", color=colour)
    figure.savefig(path, dpi=110)
