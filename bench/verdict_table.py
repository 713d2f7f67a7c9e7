"""Targets against what was measured: one row each, one verdict.

A row has a `must` and perhaps a `goal`. Verdicts: `goal` (both met), `ok` (must met, or nothing asked beyond it), `MISSED` (must not met),
`-` (for information: nothing asked).
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    name: str
    measured: float
    unit: str = ""
    must: float | None = None
    goal: float | None = None
    less_is_better: bool = False

    def meets(self, limit):
        return self.measured <= limit if self.less_is_better else self.measured >= limit

    @property
    def verdict(self):
        if self.must is None:
            return "-"
        if not self.meets(self.must):
            return "MISSED"
        return "goal" if self.goal is not None and self.meets(self.goal) else "ok"

    def as_json(self):
        return {"name": self.name, "measured": self.measured, "unit": self.unit, "must": self.must, "goal": self.goal,
                "lessIsBetter": self.less_is_better, "verdict": self.verdict}


def number(value):
    """1,234,567  12,345  123.4  12.35  0.9321 - as many digits as tell something."""
    size = abs(value)
    if size >= 1000 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 100 else f"{value:.2f}" if size >= 10 else f"{value:.3f}" if size >= 1 else f"{value:.4f}"


def limit_text(row, limit):
    return "" if limit is None else ("<= " if row.less_is_better else ">= ") + number(limit)


def render(rows):
    lines = [("", "must", "goal", "measured", "unit", "verdict")]
    lines += [(row.name, limit_text(row, row.must), limit_text(row, row.goal), number(row.measured), row.unit, row.verdict) for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) if column in (0, 4) else cell.rjust(width)
                               for column, (cell, width) in enumerate(zip(line, widths))).rstrip() for line in lines)


def is_met(rows):
    return all(row.verdict != "MISSED" for row in rows)
