"""Plots of the benchmarks' figures. Needs matplotlib: extra [bench]."""

import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_LACKING = "no plot: matplotlib is missing; pip install -c constraints.txt -e '.[bench]'"


def can_plot() -> bool:
    """Return whether matplotlib is there; says so when it isn't."""
    if importlib.util.find_spec("matplotlib") is None:
        print(_LACKING)
        return False
    return True


def bars(path: Path, values: Mapping[str, Mapping[str, float]], *, title: str, unit: str) -> None:
    """Write a bar chart.

    Args:
        values: By series, such as "p50", then by group, such as a system; each series has the same groups.
    """
    figure, axes = _figure(title)
    width = 0.8 / len(values)
    for number, (series, by_group) in enumerate(values.items()):
        places = [group + (number - (len(values) - 1) / 2) * width for group in range(len(by_group))]
        axes.bar_label(axes.bar(places, list(by_group.values()), width, label=series), fmt="%.0f")
    groups = list(next(iter(values.values())))
    axes.set_xticks(range(len(groups)), groups)
    axes.margins(y=0.1)
    axes.set_ylabel(unit)
    axes.legend()
    figure.savefig(path)


def lines(
    path: Path, values: Mapping[str, Sequence[tuple[float, float]]], *, title: str, x_unit: str, y_unit: str
) -> None:
    """Write a chart with one line per series, of (x, y) points; x is on a logarithmic scale, for sizes."""
    figure, axes = _figure(title)
    for series, points in values.items():
        axes.plot(*zip(*points, strict=True), marker="o", label=series)
    sizes = sorted({x for points in values.values() for x, _ in points})
    axes.set_xscale("log")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    axes.set_xlabel(x_unit)
    axes.set_ylabel(y_unit)
    axes.set_ylim(bottom=0)
    axes.legend()
    figure.savefig(path)


def _figure(title: str) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.2), dpi=150, layout="constrained")
    axes = figure.subplots()
    axes.set_title(title)
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes
