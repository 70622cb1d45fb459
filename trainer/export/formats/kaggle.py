"""The submission of the GUIE competition: a zip file that holds the TorchScript file `saved_model.pt`."""

import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.export.formats.base import EmbedPixels, ExportFormat
from trainer.export.formats.torchscript import TorchScript, load_script

if TYPE_CHECKING:
    from trainer.export.embedder_module import DeployedEmbedder

FILE_NAME = "saved_model.pt"


class Kaggle(ExportFormat):
    def write(self, module: "DeployedEmbedder", out: Path) -> None:
        with tempfile.TemporaryDirectory(dir=out.parent) as folder, zipfile.ZipFile(out, "w") as archive:
            script = Path(folder) / FILE_NAME
            TorchScript().write(module, script)
            archive.write(script, FILE_NAME)

    def open(self, path: Path) -> EmbedPixels:
        with zipfile.ZipFile(path) as archive, archive.open(FILE_NAME) as file:
            return load_script(file)
