# SPDX-License-Identifier: Apache-2.0
"""One kind of plot, lines over a few named places, written as plain SVG: nothing to install, and a diff can be read."""

import math
from html import escape

WIDTH, HEIGHT = 900, 460
LEFT, TOP, RIGHT, BOTTOM = 70, 50, 230, 50
OURS = ("#b40426", "#e8765c", "#7b1fa2", "#ba68c8", "#d81b60")
THEIRS = ("#1f4e79", "#2e86ab", "#3aa17e", "#8a9a5b", "#a98743", "#6b6b6b", "#4db6ac", "#90a4ae", "#5d4037", "#aab7b8",
          "#33691e", "#827717", "#0d47a1", "#00838f")


def line_plot(title, places, series, unit, logarithmic=True):
    """`series`: name -> a value, or None, for each of `places`. Ours, named ipcq..., are drawn in reds and thicker."""
    values = [v for line in series.values() for v in line if v is not None and (v > 0 or not logarithmic)]
    if not values:
        return None
    scale = _scale(values, logarithmic)
    x = [LEFT + (WIDTH - LEFT - RIGHT) * (i + 0.5) / len(places) for i in range(len(places))]
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
             'font-size="12">', f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
             _text(LEFT, 24, title, size=15), _text(LEFT, 42, unit, fill="#555")]
    for tick in scale.ticks:
        y = scale(tick)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(_text(LEFT - 6, y + 4, f"{tick:g}", anchor="end"))
    step = max(1, len(places) // 10)
    parts += [_text(x[i], HEIGHT - BOTTOM + 20, places[i], anchor="middle") for i in range(0, len(places), step)]
    colours = {True: iter(OURS * 9), False: iter(THEIRS * 9)}
    last = sorted(series, key=lambda name: -(next((v for v in reversed(series[name]) if v is not None), 0)))
    for row, name in enumerate(last):
        ours = name.startswith("ipcq")
        colour = next(colours[ours])
        points = [(x[i], scale(v)) for i, v in enumerate(series[name]) if v is not None and (v > 0 or not logarithmic)]
        width = 3 if ours else 1.5
        line = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="{width}"/>')
        if len(places) <= 12:
            parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="{width + 1}" fill="{colour}"/>' for a, b in points]
        y = TOP + 16 * row
        parts.append(f'<rect x="{WIDTH - RIGHT + 16}" y="{y}" width="12" height="4" fill="{colour}"/>')
        parts.append(_text(WIDTH - RIGHT + 34, y + 7, name, weight="bold" if ours else "normal"))
    return "\n".join([*parts, "</svg>", ""])


class _scale:
    """Where a value lies on the page, and which values are named beside it."""

    def __init__(self, values, logarithmic):
        self.logarithmic = logarithmic
        low, high = (min(values), max(values)) if logarithmic else (0, max(values) or 1)
        if logarithmic:
            low, high = 10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high * 1.001))
            decades = range(round(math.log10(low)), round(math.log10(high)) + 1)
            self.ticks = [10.0 ** d for d in decades]
            if len(self.ticks) < 4:
                self.ticks = [t * m for t in self.ticks[:-1] for m in (1, 2, 5)] + self.ticks[-1:]
        else:
            step = 10 ** math.floor(math.log10(high))
            step = step / 5 if high / step < 2 else step / 2 if high / step < 5 else step
            high = math.ceil(high / step) * step
            self.ticks = [step * i for i in range(round(high / step) + 1)]
        self.low, self.high = self._linear(low), self._linear(high)

    def _linear(self, value):
        return math.log10(value) if self.logarithmic else value

    def __call__(self, value):
        share = (self._linear(value) - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share


def _text(x, y, text, size=12, anchor="start", fill="#111", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{fill}" '
            f'font-weight="{weight}">{escape(str(text))}</text>')
