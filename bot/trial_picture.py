"""A trial's result as a picture: the difference of the two framings with its interval, against the line of no difference."""

from __future__ import annotations

from xml.sax.saxutils import escape

from bot.trials import OUTCOME, TrialPlan, TrialResult

WIDTH, HEIGHT, LEFT, RIGHT, AXIS = 640, 220, 40, 600, 140


def draw(plan: TrialPlan, result: TrialResult) -> str:
    """Return an SVG picture that says in words all that it shows; of a trial whose figures are hidden, the words alone."""
    title = f"{plan.name}. {result.sentence}"
    body = _interval(result) if result.interval and result.difference is not None else ""
    style = 'font-family="sans-serif" font-size="14" fill="#1d2b3a"'
    words = f'<text x="{LEFT}" y="30" {style} font-weight="bold">{escape(plan.name)}</text>'
    words += "".join(
        f'<text x="{LEFT}" y="{54 + 20 * n}" {style}>{escape(line)}</text>'
        for n, line in enumerate(_lines(result.sentence))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title, {chr(34): "&quot;"})}">'
        f'<title>{escape(title)}</title><rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>{words}{body}</svg>'
    )


def _interval(result: TrialResult) -> str:
    low, high = result.interval or (0.0, 0.0)
    reach = max(abs(low), abs(high), 0.1) * 1.15

    def x(value: float) -> float:
        return round((LEFT + RIGHT) / 2 + value / reach * (RIGHT - LEFT) / 2, 1)

    style = 'font-family="sans-serif" font-size="12" fill="#1d2b3a" text-anchor="middle"'
    axis = "".join(
        f'<text x="{x(value)}" y="{AXIS + 40}" {style}>{f"{value:+.2f}" if value else "0"}</text>'
        for value in (-reach / 1.15, 0.0, reach / 1.15)
    )
    return (
        f'<line x1="{LEFT}" x2="{RIGHT}" y1="{AXIS + 22}" y2="{AXIS + 22}" stroke="#5b6b7b"/>'
        f'<line x1="{x(0)}" x2="{x(0)}" y1="{AXIS - 28}" y2="{AXIS + 22}" stroke="#5b6b7b" stroke-dasharray="4 3"/>'
        f'<line x1="{x(low)}" x2="{x(high)}" y1="{AXIS}" y2="{AXIS}" stroke="#1d5fa8" stroke-width="3"/>'
        f'<circle cx="{x(result.difference or 0.0)}" cy="{AXIS}" r="6" fill="#1d5fa8"/>{axis}'
        f'<text x="{(LEFT + RIGHT) / 2}" y="{AXIS + 64}" {style}>second less first: {escape(OUTCOME)}</text>'
    )


def _lines(sentence: str, most: int = 84) -> list[str]:
    lines = [""]
    for word in sentence.split():
        if len(lines[-1]) + len(word) >= most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
