"""Rows of the table: what was measured, and whether the goal holds."""

import statistics

LEAST = 1e-9  # a tiny run may see nothing


def median(values):
    return statistics.median(values)


class Goal:
    """`limit` is the most (or the least) that a ratio may be, or a value of
    ours alone."""

    def __init__(self, text, limit, least=False, ours=False):
        self.text = text
        self.limit = limit
        self.least = least
        self.ours = ours

    def holds(self, value):
        return value >= self.limit if self.least else value <= self.limit


class Result:
    """ours and other are the values of all repetitions, pair by pair."""

    def __init__(self, row, what, unit, goal, ours, other=(), peer="",
                 digits=1):
        self.row = row
        self.what = what
        self.unit = unit
        self.goal = goal
        self.ours = list(ours)
        self.other = list(other)
        self.peer = peer
        self.digits = digits

    def ratios(self):
        return [ours / (other or LEAST)
                for ours, other in zip(self.ours, self.other)]

    def judged(self):
        return self.ours if self.goal.ours else self.ratios()

    def holds(self):
        return self.goal.holds(median(self.judged())) if self.goal else None

    def number(self, value):
        return f"{value:,.{self.digits}f}"

    def spread(self, values):
        return (f"{self.number(median(values))} "
                f"({self.number(min(values))}-{self.number(max(values))})")

    def cells(self):
        ratios = self.ratios()
        return [f"{self.what}, {self.unit}", self.spread(self.ours),
                f"{self.peer} {self.spread(self.other)}" if ratios else "",
                f"{median(ratios):.3f} ({min(ratios):.3f}-{max(ratios):.3f})"
                if ratios else "",
                self.goal.text if self.goal else "",
                {True: "yes", False: "NO", None: ""}[self.holds()]]

    def facts(self):
        ratios = self.ratios()
        return {
            "row": self.row, "what": self.what, "unit": self.unit,
            "lyncmock": self.ours, "lyncmock_median": median(self.ours),
            "other_name": self.peer or None, "other": self.other,
            "other_median": median(self.other) if self.other else None,
            "ratio_median": median(ratios) if ratios else None,
            "ratio_min": min(ratios, default=None),
            "ratio_max": max(ratios, default=None),
            "goal": self.goal.text if self.goal else None,
            "holds": self.holds(),
        }


class Missing:
    """A row, or a part of it, that could not be measured here."""

    def __init__(self, row, what, reason):
        self.row = row
        self.what = what
        self.reason = reason

    def holds(self):
        return None

    def cells(self):
        return [self.what, "not here: " + " ".join(self.reason.split()), "",
                "", "", "?"]

    def facts(self):
        return {"row": self.row, "what": self.what,
                "not_here": self.reason, "holds": None}


HEADINGS = ["what: median (least-most)", "lyncmock", "the other", "ratio",
            "goal", "holds?"]


def table(results):
    """A table that Markdown knows too."""
    rows = [HEADINGS] + [result.cells() for result in results]
    widths = [max(len(row[at]) for row in rows
                  if not row[1].startswith("not here") or at != 1)
              for at in range(len(HEADINGS))]
    lines = ["| " + " | ".join(cell.ljust(width)
                               for cell, width in zip(row, widths)) + " |"
             for row in rows]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])
