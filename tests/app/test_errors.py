"""Every mistake that a visitor can make is one sentence in the language of the page."""

import re
import struct

import gradio as gr
import numpy as np
import pytest
from gradio.data_classes import FileData
from PIL import Image

from app.components.image_input import image_input
from app.context import Context
from app.errors import show_user_errors
from app.library.examples import EXAMPLES
from app.map.selection import selected_rows
from app.map.view import MapView
from app.query_bar import select_file
from app.tabs import search as search_tab
from app.translator import Translator, locale
from tests.trainer.core.data.test_images import png_header
from trainer.core.data.images import ImageError, read_image
from trainer.core.errors import UserError
from trainer.core.models.backbones.family import unavailable
from trainer.core.models.embedder import Embedder
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.tsne import TSne

ZH = Translator("zh-TW")
CHINA = EXAMPLES["china.jpg"]


def shown(context, action, *values, **options):
    """The message on the page for an error in a handler that does `action`."""
    with pytest.raises(gr.Error) as error:
        show_user_errors(lambda context: action(*values, **options))(context)
    assert not error.value.print_exception
    return error.value.message


def float_tiff():
    """The header of a TIFF of three 32-bit floats a pixel, which Pillow does not open."""
    tags = [(256, 3, 1, 4), (257, 3, 1, 4), (258, 3, 3, 200), (259, 3, 1, 1), (262, 3, 1, 2), (273, 4, 1, 300),
            (277, 3, 1, 3), (278, 3, 1, 4), (279, 4, 1, 192), (339, 3, 3, 210)]  # fmt: skip
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    start = b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + struct.pack("<I", 0)
    return (
        start.ljust(200, b"\0") + struct.pack("<3H", 32, 32, 32) + b"\0" * 4 + struct.pack("<3H", 3, 3, 3) + bytes(300)
    )


def wide_greys(path):
    Image.fromarray(np.full((4, 4), 1e6, np.float32)).save(path, "TIFF")
    return path.read_bytes()


FILES = {
    "image_empty": lambda path: b"",
    "image_other_kind": lambda path: b"hello",
    "image_damaged": lambda path: CHINA.read_bytes()[:20_000],
    "image_too_large": lambda path: png_header(12_000, 12_000),
    "image_too_many_pixels": lambda path: png_header(60_000, 60_000),
    "image_grey_range": wide_greys,
    "image_tiff_kind": lambda path: float_tiff(),
}


@pytest.mark.parametrize("key", FILES)
def test_a_bad_upload(library, tmp_path, key):
    path = tmp_path / "upload.tif"
    path.write_bytes(FILES[key](path))
    with pytest.raises(ImageError) as raised:
        read_image(path)
    with pytest.raises(gr.Error) as error:
        select_file(Context(library, ZH), str(path))
    assert raised.value.key == key
    assert error.value.message == locale("zh-TW")["errors"][key].format(**raised.value.values)
    assert error.value.message.startswith("upload.tif：")
    with pytest.raises(gr.Error) as error:
        select_file(Context(library, Translator("en")), str(path))
    assert error.value.message == str(raised.value)


def test_an_upload_that_is_gone_or_does_not_fit_into_memory(library, tmp_path, monkeypatch):
    context = Context(library, ZH)
    assert shown(context, read_image, tmp_path / "gone.jpg") == "gone.jpg：無法讀取檔案。請重新上傳。"

    def too_little(*_, **__):
        raise MemoryError

    monkeypatch.setattr(Image, "open", too_little)
    assert shown(context, read_image, CHINA) == "china.jpg：記憶體不足，無法讀取。請關閉其他程式後再試。"


def test_a_path_in_place_of_an_upload(library):
    with gr.Blocks():
        image = image_input(Context(library, ZH))
    with pytest.raises(gr.Error) as error:
        image.preprocess(FileData(path="/etc/passwd"))
    assert error.value.message == "收到的是路徑而不是上傳的圖片，請上傳圖片。"


def test_unknown_ids_checkpoints_and_k(library):
    context = Context(library, ZH)
    query = library.query_from_id(library.gallery.table["image_id"][0])
    unknown_image = "這張圖片不在圖庫中，請選擇頁面上顯示的圖片。"
    assert shown(context, library.query_from_id, "nope") == unknown_image
    assert shown(context, library.image_id, -1) == unknown_image
    assert shown(context, library.answer, query, library.best, 0) == "k 是 0，應在 1 到 721 之間。"
    message = shown(context, library.checkpoint, "nope")
    assert message == f"沒有名為「nope」的檢查點，可用的有：{', '.join(library.names)}。"


def test_no_image_given(library):
    with pytest.raises(gr.Error) as error:
        search_tab.search(Context(library, ZH), "", library.best, 5)
    assert error.value.message == "沒有提供圖片，請選擇一個圖片檔。"


def test_bad_parameters_of_a_projection(library):
    context = Context(library, ZH)
    assert shown(context, ProjectionParameters, "mds") == f"projection 是 mds，應為下列之一：{PROJECTIONS}。"
    assert shown(context, ProjectionParameters, n_neighbors=1.5).startswith("n_neighbors 是 1.5，應為 ")
    assert shown(context, ProjectionParameters, min_dist=2).startswith("min_dist 是 2，應為 0 到 1 之間的數字。")


PROJECTIONS = "umap-2d, umap-3d, pca, t-sne"


def test_too_many_images_for_t_sne(library, monkeypatch):
    monkeypatch.setattr(TSne, "max_images", 100)
    message = shown(Context(library, ZH), library.maps.get, ProjectionParameters("t-sne", seed=12345))
    assert message == "721 張圖片超過 t-SNE 的上限 100 張，請改用 UMAP。"


def test_a_selection_or_view_of_another_page(library):
    context = Context(library, ZH)
    assert shown(context, selected_rows, "AQ==", 721) == "選取的內容不屬於這個圖庫，請重新選取。"
    assert shown(context, MapView.read, library, b"{}") == "這不是此地圖的檢視，請重新整理頁面後再試。"


def test_missing_weights(library, monkeypatch):
    def missing(*_):
        raise unavailable("clip:x", OSError("no network"), "clip:x//FILE.safetensors")

    monkeypatch.setattr(Embedder, "features", missing)
    context = Context(library, ZH)
    query = select_file(context, str(CHINA))
    with pytest.raises(gr.Error) as error:
        search_tab.show_result(context, query, library.best, 5)
    assert error.value.message.startswith("這台機器上沒有 clip:x 的權重，也無法下載")


def test_any_other_error_is_shown_in_english(library):
    def fail():
        raise UserError("Something else.")

    assert shown(Context(library, ZH), fail) == "Something else."


def test_a_defect_is_not_a_message(library):
    with pytest.raises(ZeroDivisionError):
        show_user_errors(lambda context: 1 / 0)(Context(library, ZH))


def test_messages_name_no_file_of_the_server():
    for text in locale("zh-TW")["errors"].values():
        assert not re.search(r"\{(error|path)", text)
