"""Reference pictures of the page, and whether a new picture shows the same.

`pytest -m pictures` leaves what it saw in build/pictures, and beside a picture that changed one that shows where. Look
at them; when the change is meant: python -m tests.browser.pictures
"""

from __future__ import annotations

import io
import shutil
from pathlib import Path

from PIL import Image, ImageChops

REFERENCES = Path(__file__).parent / "references"
SEEN = Path(__file__).parents[2] / "build/pictures"
SCALE = 3  # kept at a third: enough to see a line that moved, too coarse for how a machine smooths its letters
TILE = 8  # pixels of the kept picture
DARKER = 28  # of 255: how much the mean of a tile may differ before it counts
TILES = 0.002  # of all tiles: as many may differ


def changed(shot: bytes, name: str) -> str:
    """How a PNG differs from the reference of that name, in words; empty where it shows the same."""
    picture = _reduced(shot)
    SEEN.mkdir(parents=True, exist_ok=True)
    picture.save(SEEN / f"{name}.webp", quality=45, method=6)
    kept = REFERENCES / f"{name}.webp"
    if not kept.exists():
        return f"{name}: no reference picture yet"
    reference = Image.open(kept).convert("L")
    if abs(reference.height - picture.height) > TILE or reference.width != picture.width:
        return f"{name}: {picture.width} x {picture.height} instead of {reference.width} x {reference.height}"
    return _where(picture, reference, name)


def _reduced(shot: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(shot)).convert("L")
    return picture.resize((picture.width // SCALE, picture.height // SCALE), Image.Resampling.BOX)


def _where(picture: Image.Image, reference: Image.Image, name: str) -> str:
    size = (picture.width, min(picture.height, reference.height))
    difference = ImageChops.difference(picture.crop((0, 0, *size)), reference.crop((0, 0, *size)))
    tiles = difference.resize((size[0] // TILE, size[1] // TILE), Image.Resampling.BOX)
    marked = tiles.point(lambda mean: 255 if mean > DARKER else 0)
    count = marked.histogram()[255]
    if count <= TILES * tiles.width * tiles.height:
        return ""
    marked.resize(size).save(SEEN / f"{name}-where.webp")
    return f"{name}: {count} of {tiles.width * tiles.height} tiles differ; look at {SEEN / name}-where.webp"


def accept() -> None:
    """Take what was seen last as the reference; pictures that no run has made are removed."""
    shutil.rmtree(REFERENCES, ignore_errors=True)
    REFERENCES.mkdir()
    for picture in SEEN.glob("*.webp"):
        if not picture.stem.endswith("-where"):
            shutil.copy(picture, REFERENCES)


if __name__ == "__main__":
    accept()
