"""HTML fragments from the jinja2 templates in `templates/`. Every value is escaped unless it is `Markup`.

html = render("empty.html.j2", title=t("map"), hint=t("map_hint"))
"""

import html
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,  # a misspelt variable is an error, not an empty string
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, **variables: object) -> Markup:
    """The template's text with `variables`; `Markup`, so that one fragment can be part of another."""
    return Markup(_environment.get_template(template).render(**variables))


def as_html(text: str) -> str:
    """Text for a place that renders HTML, such as a message of Gradio or a label of Plotly: it stays text."""
    return html.escape(text, quote=False)
