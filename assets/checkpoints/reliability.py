"""How often the probabilities of the Search tab hold: `python assets/checkpoints/reliability.py GUIE_MINI [NAME ...]`.

Every query and index image of the sample gallery and of GUIE_MINI is a query of its own gallery three times: as it is,
without its class, without its object type. Each probability is by a model that saw no query of the same class. Prints
for each checkpoint the Brier score, that of the base rates, the expected calibration error, and the reliability curve
as Markdown tables.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from trainer.core.process import configure_process

configure_process()  # before torch loads

from trainer.core.data.gallery import open_gallery  # noqa: E402
from trainer.core.models.checkpoint import bundled_names, open_checkpoint  # noqa: E402
from trainer.core.retrieval.presence import STATES  # noqa: E402
from trainer.core.retrieval.presence_fit import (  # noqa: E402
    brier_score,
    calibration_error,
    cross_validated,
    presence_examples,
    reliability,
)


def main(mini: str, *names: str) -> None:
    galleries = [open_gallery("sample"), open_gallery(mini)]
    print("| checkpoint | queries | Brier score | base rates | calibration error | most likely state is right |")
    print("|---|---|---|---|---|---|")
    curves = {}
    for name in names or bundled_names():
        examples = presence_examples(open_checkpoint(name), *galleries)
        probabilities, state = cross_validated([examples[0], examples[3]])  # each gallery against itself
        base = brier_score(np.tile(np.bincount(state) / len(state), (len(state), 1)), state)
        score, error = brier_score(probabilities, state), calibration_error(probabilities, state)
        right = (probabilities.argmax(1) == state).mean()
        print(f"| {name} | {len(state):,} | {score:.3f} | {base:.3f} | {error:.3f} | {right:.3f} |")
        curves[name] = [reliability(probabilities[:, number], state == number) for number in range(len(STATES))]
    for name, of_states in curves.items():
        print(f"\n{name}:\n\n| probability | {' | '.join(STATES)} |\n|---|---|---|---|")
        for low in np.arange(10) / 10:
            cells = [
                next((f"{mean:.2f} -> {share:.2f} ({n})" for mean, share, n in curve if low <= mean < low + 0.1), "-")
                for curve in of_states
            ]
            print(f"| {low:.1f} to {low + 0.1:.1f} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
