"""The look of the page: Gradio's theme in our colours, and the style sheets.

demo.launch(theme=THEME, css_paths=STYLE_SHEETS)
"""

from pathlib import Path

import gradio as gr

from app.map.script import STYLES, TOKENS

_FOLDER = Path(__file__).with_name("styles")
_SHEETS = ("page", "images", "tables", "compare", "errors")
STYLE_SHEETS = [TOKENS, *(_FOLDER / f"{name}.css" for name in _SHEETS), *STYLES]
SYSTEM_FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Noto Sans TC", "sans-serif")
# Text has a contrast of at least 4.5:1, the focus ring, the slider and the boxes of 3:1 (WCAG 2.1 AA).
THEME = gr.themes.Default(
    primary_hue="teal",
    neutral_hue="slate",
    font=SYSTEM_FONTS,
    font_mono=("monospace",),
    radius_size=gr.themes.sizes.radius_lg,
).set(
    body_text_color_subdued="*neutral_600",
    body_text_color_subdued_dark="*neutral_300",
    block_info_text_color="*neutral_600",
    block_info_text_color_dark="*neutral_300",
    block_title_text_color="*neutral_700",
    block_title_text_color_dark="*neutral_200",
    block_title_text_weight="600",
    block_shadow="none",
    input_placeholder_color="*neutral_500",
    input_placeholder_color_dark="*neutral_400",
    color_accent="*primary_600",
    link_text_color="*primary_700",
    link_text_color_dark="*primary_300",
    link_text_color_hover="*primary_800",
    link_text_color_hover_dark="*primary_200",
    checkbox_border_color="*neutral_500",
    checkbox_border_color_dark="*neutral_400",
    checkbox_background_color_dark="*neutral_900",
    slider_color="*primary_600",
    slider_color_dark="*primary_500",
    button_primary_background_fill="*primary_700",
    button_primary_background_fill_dark="*primary_700",
    button_primary_background_fill_hover="*primary_800",
    button_primary_background_fill_hover_dark="*primary_800",
)
