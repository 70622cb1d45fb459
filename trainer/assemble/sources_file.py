"""SOURCES.md of an assembled gallery: the data sets, their licences, and what was left out."""

from collections import Counter
from pathlib import Path

from trainer.assemble.recipe import GalleryRecipe
from trainer.assemble.records import EntryRecord

JPEG_QUALITY = 90


def sources_text(recipe: GalleryRecipe, records: dict[str, EntryRecord]) -> str:
    entries = [entry for entry in recipe.entries if entry.name in records]
    lines = [
        "# Sources of this gallery",
        "",
        f"Assembled from the recipe {recipe.name}, seed {recipe.seed}. Every image was stored as a JPEG of quality"
        f" {JPEG_QUALITY}, at most {recipe.size_px} px on its longer side, upright, without metadata.",
        "Labels are those of the sources. The licences are as the recipe states them: read the sources' own cards.",
        "",
        "| entry | data set | object types (images) | classes | licence | citation |",
        "|---|---|---|---|---|---|",
    ]
    for entry in entries:
        rows = records[entry.name].rows
        types = ", ".join(f"{kind} ({n:,})" for kind, n in sorted(Counter(row[1] for row in rows).items()))
        source = Path(entry.dataset).name if entry.local else f"https://huggingface.co/datasets/{entry.dataset}"
        source += "".join(f", {k} {v}" for k, v in (("config", entry.config), ("revision", entry.revision)) if v)
        cells = (
            entry.name,
            f"{source}, split {entry.split}",
            types,
            f"{len({row[1:] for row in rows}):,}",
            entry.licence,
            entry.citation,
        )
        lines.append(f"| {' | '.join(' '.join(cell.split()).replace('|', '/') for cell in cells)} |")
    lines += ["", "## What was left out", ""]
    lines += [f"- {entry.name}: {records[entry.name].summary()}." for entry in entries]
    broken = [f"- {entry.name}: {name}" for entry in entries for name in records[entry.name].broken]
    return "\n".join([*lines, *(["", "## Broken images", "", *broken] if broken else []), ""])
