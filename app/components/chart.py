"""A Plotly figure in the colours of the page, light or dark.

curve = chart(figures.learning_curves(...))          # value: a plotly Figure as JSON
"""

from pathlib import Path

import gradio as gr

from app.components.plotly_js import HEAD


def chart(value: str = "", **options) -> gr.HTML:
    """`value`: a Plotly figure as JSON. `gr.Plot` would use another version of plotly.js than the installed package."""
    return gr.HTML(
        value,
        html_template='<div class="chart"></div>',
        js_on_load=Path(__file__).with_name("chart.js").read_text(encoding="utf-8"),
        head=HEAD,
        apply_default_css=False,
        **options,
    )
