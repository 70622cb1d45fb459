"""The plain words for a learning curve."""

import numpy as np
import pandas as pd
import pytest

from trainer.core.models.checkpoint import bundled_names, open_checkpoint
from trainer.core.retrieval.diagnosis import SENTENCES, Finding, diagnose


def history(train, val, **columns):
    return pd.DataFrame({"epoch": np.arange(1, len(train) + 1), "train_loss": train, "val_loss": val, **columns})


FALLING = np.linspace(10, 4, 20)
FLAT = np.r_[np.linspace(10, 5, 10), np.full(10, 5.0)]


def kinds(*arguments, **columns):
    return [finding.kind for finding in diagnose(history(*arguments, **columns))]


def test_validation_loss_below_training_loss_is_underfitting_as_in_the_study():
    assert kinds(FLAT, FLAT - 1) == ["underfitting", "plateau"]
    assert "(4) is below the training loss (5)" in diagnose(history(FLAT, FLAT - 1))[0].sentence()


def test_measured_alike_it_may_be_dropout_alone():
    assert kinds(FLAT, FLAT - 1, train_loss_eval=FLAT - 2) == ["dropout_gap", "plateau"]
    assert kinds(FLAT, FLAT - 1, train_loss_eval=FLAT - 0.5) == ["underfitting", "plateau"]


def test_a_rising_validation_loss_is_overfitting():
    val = np.r_[np.linspace(9, 6, 10), np.linspace(6, 8, 10)]
    (finding,) = diagnose(history(FALLING, val))
    assert finding.kind == "overfitting"
    assert finding.values == {"epoch": 10, "best": 6.0, "val": 8.0}
    # Where the training loss rises as well, it is not.
    assert "overfitting" not in kinds(val - 1, val)


def test_falling_flat_and_neither():
    assert kinds(FALLING - 2, FALLING) == ["still_learning"]
    assert kinds(FLAT - 2, FLAT) == ["plateau"]
    assert kinds([5.0], [6.0]) == []


def test_the_score_on_unseen_classes_may_fall_while_the_loss_does():
    scores = np.r_[np.linspace(0.5, 0.7, 5), np.linspace(0.7, 0.6, 15)]
    assert kinds(FALLING - 2, FALLING, val_guie_mp5=scores) == ["past_its_best", "still_learning"]
    assert kinds(FALLING - 2, FALLING, val_guie_mp5=np.full(20, np.nan)) == ["still_learning"]


def test_curves_that_say_nothing():
    assert diagnose(pd.DataFrame()) == []
    assert kinds([np.nan, np.nan], [1.0, 1.0]) == ["diverged"]
    assert kinds([2.0, 1.0], [np.nan, np.nan]) == ["unmeasured"]


def test_only_the_last_stage_and_member_count():
    first, last = history(FALLING, FALLING - 1, member=0), history(FLAT - 2, FLAT, member=1)
    assert [f.kind for f in diagnose(pd.concat([first, last], ignore_index=True))] == ["plateau"]


@pytest.mark.parametrize("kind", SENTENCES)
def test_every_kind_has_a_sentence(kind):
    values = dict.fromkeys(("train", "val", "train_eval", "epoch", "best", "last", "percent"), 1.0)
    assert Finding(kind, values).sentence().endswith(".")


@pytest.mark.parametrize("name", bundled_names())
def test_the_bundled_curves_are_judged(name):
    checkpoint = open_checkpoint(name)
    assert bool(diagnose(checkpoint.history)) == (not checkpoint.history.empty)
