"""The names and titles of the metrics, and how their values are written.

format_with_interval(0.6564, [0.5971, 0.7104])          # "0.656 [0.597, 0.710]"
"""

from collections.abc import Sequence

METRIC_TITLES = {"study_mp5": "study mP@5", "guie_mp5": "GUIE mP@5", "recall_at_1": "recall@1"}
METRICS = tuple(METRIC_TITLES)  # keys of results


def format_value(value: float | None) -> str:
    """Three decimals, or `-` if there is no value."""
    return "-" if value is None else f"{value:.3f}"


def format_signed(difference: float) -> str:
    """A difference with three decimals and its sign; a zero has none.

    >>> [format_signed(value) for value in (0.0481, -0.02, -0.0001)]
    ['+0.048', '-0.020', '0.000']
    """
    text = f"{difference:+.3f}"
    return text[1:] if float(text) == 0 else text


def format_p_value(p_value: float) -> str:
    """With four decimals, or `p < 0.0001`: a p-value is never 0.

    >>> format_p_value(0.0157), format_p_value(0.00001)
    ('p = 0.0157', 'p < 0.0001')
    """
    return "p < 0.0001" if p_value < 0.0001 else f"p = {p_value:.4f}"


def format_interval(interval: Sequence[float] | None) -> str:
    """`[low, high]`, or `-` if there is no interval."""
    return f"[{interval[0]:.3f}, {interval[1]:.3f}]" if interval else "-"


def format_with_interval(value: float | None, interval: Sequence[float] | None) -> str:
    """Value and interval, the value alone if there is no interval, or `-` if there is no value.

    >>> format_with_interval(0.65640, [0.5971, 0.7104])
    '0.656 [0.597, 0.710]'
    """
    if value is None or not interval:
        return format_value(value)
    return f"{format_value(value)} {format_interval(interval)}"
