"""The model card of a stranger's checkpoint is written, whatever its records hold."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.strategies import assert_one_sentence, json_values, numbers, texts
from trainer.core.errors import UserError
from trainer.core.models.checkpoint import BUNDLED_DIR, open_checkpoint
from trainer.core.models.training_records import LINES
from trainer.core.retrieval.metric_names import METRICS
from trainer.training.outputs.model_card import VALUE_TYPES, write_card
from trainer.training.recipe import PLACES

BUNDLED = BUNDLED_DIR / "arcface-bn-lite2"
CONFIG = json.loads((BUNDLED / "config.json").read_text())
SCORES = st.one_of(st.none(), st.floats(0, 1), numbers, json_values)
RESULTS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(METRICS, SCORES),
        **dict.fromkeys(("n_images", "n_queries"), st.integers(0, 99) | json_values),
        "intervals": st.dictionaries(st.sampled_from(METRICS), st.lists(SCORES, max_size=3) | json_values),
        "note": texts | json_values,
    },
)
TRAINED_ON = st.dictionaries(
    st.sampled_from([*VALUE_TYPES, "train_images", "held_out_images", "small_classes_left_out"]) | texts,
    st.lists(texts, max_size=2) | json_values,
)
RECIPES = st.dictionaries(st.sampled_from([*PLACES]) | texts, json_values, max_size=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return shutil.copytree(
        BUNDLED, tmp_path_factory.mktemp("stranger") / "checkpoint", ignore=shutil.ignore_patterns("ready")
    )


def card(folder: Path) -> str | None:
    """The text of the card; None if the checkpoint is refused in one sentence."""
    try:
        write_card(open_checkpoint(str(folder)))
    except UserError as error:
        assert_one_sentence(error)
        return None
    return (folder / "README.md").read_text(encoding="utf-8")


@given(st.dictionaries(st.sampled_from(["validation", "sample", "a | b"]) | texts, RESULTS | json_values, max_size=3))
@example({"validation": "text"})
@example({"sample": {"n_images": 1, "n_queries": 1, "guie_mp5": 10**400}})
@example({"sample": {"n_images": 1, "n_queries": 1, "intervals": {"guie_mp5": [None, 1]}}})
@example({"a\n| b": {"n_images": 1, "n_queries": 1, "guie_mp5": 0.5}})
def test_any_stored_results(folder, metrics):
    (folder / "metrics.json").write_text(json.dumps(metrics))
    text = card(folder)
    if text is not None:
        rows = text.split("| Gallery |")[1].split("\n\n")[0].split("\n")[2:]
        rows = [row for row in rows if not row.startswith("| 95 % interval")]
        assert len([row for row in rows if row]) == len(metrics)
        assert all(row.count("|") == 7 for row in rows if row)


@given(RECIPES, TRAINED_ON | json_values)
def test_any_recipe(folder, recipe, trained_on):
    recipe = CONFIG["recipe"] | recipe | {"trained_on": trained_on}
    (folder / "metrics.json").write_text("{}")
    (folder / "config.json").write_text(json.dumps(CONFIG | {"recipe": recipe}))
    text = card(folder)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    assert text is None or "## Reproduce it" in text


COLUMNS = ["epoch", *LINES, "stage", "member"]


@given(st.lists(st.sampled_from(COLUMNS), unique=True), st.lists(st.lists(numbers, min_size=8, max_size=8), max_size=4))
@example(["epoch", "train_loss"], [[1] * 8, [float("inf")] * 8, [float("nan")] * 8])
def test_any_history(folder, columns, rows):
    lines = [columns, *(row[: len(columns)] for row in rows)]
    (folder / "metrics.json").write_text("{}")
    (folder / "history.csv").write_text("\n".join(",".join(map(str, line)) for line in lines))
    text = card(folder)
    (folder / "history.csv").unlink()
    assert text is None or "## Learning curve" in text
