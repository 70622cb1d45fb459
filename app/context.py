"""What every handler and every fragment of the page needs: the library and the language."""

from dataclasses import dataclass

from app.library.library import Library
from app.translator import Translator


@dataclass(frozen=True)
class Context:
    """`library`: the gallery and the checkpoints. `t`: the texts of one language, as in `context.t("search")`."""

    library: Library
    t: Translator
