"""Every bundled recipe trains, evaluates and exports: on small drawn images, for one epoch.

The offline ones use their real backbones. The others use random weights of the real architectures, vision transformers
with two blocks; in place of the large towers of OpenAI and LAION the smallest one of open_clip is used.
"""

import open_clip
import pytest
import timm
import torch
from safetensors.torch import save_file
from torchvision.models import googlenet

from tests.shallow import make_shallow
from tests.tiny import part_of
from trainer.core.models.backbones import at_size, encoder_names
from trainer.core.models.backbones.names import spec_of
from trainer.core.models.checkpoint import open_checkpoint
from trainer.core.models.embedder import gallery_embeddings
from trainer.core.retrieval.evaluation import evaluate
from trainer.export.export import export_checkpoint
from trainer.training import fit
from trainer.training.recipe import read_recipe, recipe_names

CLIP = "ViT-S-32-alt"
TOWERS = ("PE-Core-L-14-336", "ViT-SO400M-16-SigLIP2-384", "ViT-SO400M-14-SigLIP-384", "MobileCLIP2-S0")
# All encoders see images of this size, which takes less time than their own; some need a multiple of their patches.
SIZE_PX = 96
SIZES_PX = {"PE-Core-L-14-336": 112, "ViT-SO400M-14-SigLIP-384": 112, "MobileCLIP2-S0": 128}
STAGE_SIZES_PX = (64, 96, 128)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """Name of a backbone -> the same with random weights from a file, or itself if its weights are available."""
    folder = tmp_path_factory.mktemp("weights")
    patch = pytest.MonkeyPatch()
    make_shallow(patch, [CLIP, *TOWERS])

    def saved(name, state):
        file = folder / f"{name}.safetensors"
        if not file.is_file():
            torch.manual_seed(0)
            save_file({key: value.contiguous() for key, value in state().items()}, file)
        return file

    def of(backbone):
        return "+".join(map(encoder, encoder_names(backbone)))

    def encoder(name):
        spec = spec_of(name)
        arch = spec.rest.partition("/")[0]
        small = at_size(name, SIZES_PX.get(arch, SIZE_PX))
        if spec.kind == "clip" and arch in TOWERS:
            return f"{small}@{saved(arch, lambda: open_clip.create_model(arch).visual.state_dict())}"
        if spec.kind == "clip":
            file = saved(CLIP, lambda: open_clip.create_model(CLIP).state_dict())
            return small.replace(spec.rest, f"{CLIP}/{file}")
        if spec.rest == "googlenet":
            build = lambda: googlenet(weights=None, init_weights=False, aux_logits=False)  # noqa: E731
        else:
            build = lambda: timm.create_model(spec.rest)  # noqa: E731
        return f"{small}@{saved(spec.rest, lambda: build().state_dict())}" if spec.kind == "timm" else small

    yield of
    patch.undo()


def short(recipe, weights):
    """One epoch on all images, with a head that is small enough for them."""
    stages = [
        stage.model_dump() | {"epochs": 1, "batch_size": 24} | ({"size_px": size_px} if stage.size_px else {})
        for stage, size_px in zip(recipe.finetune, STAGE_SIZES_PX, strict=False)
    ]
    few = {"wide_dims": 64} if recipe.head.kind == "whitened_linear" else {}
    return recipe.changed(
        backbone=weights(recipe.backbone), epochs=min(1, recipe.optimiser.epochs), finetune=stages, batch_size=24,
        parallel=min(3, recipe.head.parallel), soup=min(2, recipe.checkpoint.soup), images_per_class=2,
        validation_classes=0.0, measure_loss=False, **few,
    )  # fmt: skip


@pytest.fixture(scope="module")
def small_gallery(gallery):
    """All training images; of the other classes one query and two index images each."""
    views = gallery.table["image_id"].str.extract(r"(\d+)\.png$")[0].astype(int)
    return part_of(gallery, ((gallery.table["split"] == "train") | views.isin([0, 2, 4])).to_numpy(), "small")


@pytest.mark.parametrize("name", recipe_names())
def test_trains_evaluates_and_exports(name, weights, small_gallery, tmp_path):
    recipe = short(read_recipe(name), weights)
    checkpoint = open_checkpoint(str(fit.run(recipe, [small_gallery], tmp_path / name)))
    assert checkpoint.history.empty == (not recipe.has_loss)
    result = evaluate(small_gallery, gallery_embeddings(small_gallery, checkpoint), name)
    assert result["n_queries"] == 9
    assert 0 < result["study_mp5"] <= 1
    file = export_checkpoint(checkpoint, "torchscript", tmp_path / "embedder.pt")
    z = torch.jit.load(file)(torch.randint(0, 256, (1, 3, 50, 80), dtype=torch.uint8))
    assert z.shape == (1, 64)
    assert z.norm().item() == pytest.approx(1, abs=1e-4)
