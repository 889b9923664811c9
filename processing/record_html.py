"""How records display themselves in a notebook: dicts and lists that also know their HTML.

The page is small and carries its style in its elements, because notebooks remove style sheets and scripts of outputs
that are not trusted. Nothing is told by colour alone, and all words of the user are escaped.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any

from .certainty import sure_sentences

_FOR, _AGAINST, _BAR, _WARNING = "#542788", "#B35806", "#0072B2", "#8B1A1A"
"""Backgrounds that white words, and pages in light and in dark, stand out from. The first two are the ends of
ColorBrewer's PuOr scale, which people with any colour vision can tell apart."""

_MOST_BARS = 9
_MOST_RECORDS = 20

_CELL = 'style="text-align:left;padding:0.1em 0.8em 0.1em 0"'
_NUMBER = 'style="text-align:right;padding:0.1em 0.8em 0.1em 0"'
_HEAD = 'style="text-align:left;font-weight:normal;padding:0.1em 0.8em 0.1em 0"'
_TABLE = 'style="color:inherit"'


class Record(dict):
    """A record of the pipeline: a dict that displays itself in a notebook.

    It is equal to the dict with the same content, and JSON, `datasets` and `|` treat it as one. A pickle or a copy of
    it is a plain dict, so that it can be read where this code is not.
    """

    def __reduce__(self) -> tuple[type, tuple]:
        return dict, (dict(self),)

    def _repr_html_(self) -> str | None:
        """The record as HTML; None if the fields that would be shown were removed."""
        return _record_html(self)


class Records(list):
    """Records of several clips or people: a list that displays itself in a notebook. Its pickle is a plain list."""

    def __reduce__(self) -> tuple[type, tuple]:
        return list, (list(self),)

    def _repr_html_(self) -> str | None:
        """The records as HTML, the first ones of many."""
        flat = [one for entry in self for one in (entry if isinstance(entry, list) else [entry])]
        shown = [found for one in flat[:_MOST_RECORDS] if isinstance(one, dict) and (found := _record_html(one))]
        if not shown:
            return None
        left = len(flat) - _MOST_RECORDS
        return "<hr>".join([*shown, *([f"<p>{left} more {_plural(left, 'record')}</p>"] if left > 0 else [])])


def displayed(found: Any) -> Any:
    """What the pipeline found, lists as [`Records`]."""
    return Records(found) if isinstance(found, list) else found


def _record_html(record: Mapping[str, Any]) -> str | None:
    kinds: tuple[tuple[str, Callable[[Mapping[str, Any]], Iterable[str]]], ...] = (
        ("error", _error),
        ("answer", _comparison),
        ("label", _person),
    )
    for field, parts in kinds:
        if field in record:
            return f'<div style="max-width:48em;line-height:1.4">{"".join(parts(record))}</div>'
    return None


# ---- the kinds of records -------------------------------------------------------------------------------------------


def _error(record: Mapping[str, Any]) -> Iterable[str]:
    """An input that could not be read."""
    error = record["error"]
    yield f"<p>{_badge('not read', _WARNING)} <b>{_text(record.get('source'))}</b></p>"
    yield f"<p>{_text(error.get('type'))}: {_text(error.get('message'))}</p>"


def _comparison(record: Mapping[str, Any]) -> Iterable[str]:
    """Two clips."""
    yield f"<p><b>{' and '.join(_text(source) for source in record.get('sources', ()))}</b></p>"
    yield _quoted(record.get("question"))
    yield f"<p>{_text(record['answer'])}</p>"
    rows = []
    for difference in record.get("differences", ()):
        values = " and ".join(_measured(value, difference.get("unit")) for value in difference.get("values", ()))
        held = {True: "holds", False: "does not hold"}.get(difference.get("holds"), "not checked")
        rows.append((_text(difference.get("difference")), values, held))
    yield _table(("difference", "measured", ""), rows)


def _person(record: Mapping[str, Any]) -> Iterable[str]:
    """One person of one clip."""
    score = f" {_share(record['score'])}" if "score" in record else ""
    yield f"<p>{_text(record.get('source'))}<br><b style='font-size:1.3em'>{_text(record['label'])}</b>{score}"
    yield f"<br>{_certainty(record.get('certainty') or {})}</p>"
    yield _quoted(record.get("question"))
    if record.get("explanation"):
        yield f"<p>{_text(record['explanation'])}</p>"
    yield _bars(record.get("scores") or {}, record["label"])
    yield _reasons(record["label"], record.get("reasons") or (), record.get("evidence") or ())
    if notes := record.get("notes"):
        yield "<p>Notes on the recording:</p><ul>"
        yield "".join(f"<li>{_text(note.get('message'))} ({_text(note.get('code'))})</li>" for note in notes)
        yield "</ul>"


def _certainty(certainty: Mapping[str, Any]) -> str:
    """How sure the label is, and the second candidate."""
    words = sure_sentences(certainty)
    if certainty.get("runner_up") is not None:
        words.append(f"Runner-up: {certainty['runner_up']}.")
    return _text(" ".join(words))


def _bars(scores: Mapping[str, float], label: str) -> str:
    """Probabilities, highest first."""
    rows = []
    for name, score in list(scores.items())[:_MOST_BARS]:
        bar = f'<div style="width:{100 * score:.1f}%;height:0.7em;background:{_BAR}"></div>'
        name = f"<b>{_text(name)}</b>" if name == label else _text(name)
        rows.append(
            f'<tr><th scope="row" {_HEAD}>{name}</th><td style="width:16em;padding:0.1em 0.8em 0.1em 0">{bar}</td>'
            f"<td {_NUMBER}>{_share(score)}</td></tr>"
        )
    if left := list(scores.values())[_MOST_BARS:]:
        rows.append(f'<tr><td colspan="2" {_CELL}>{len(left)} more</td><td {_NUMBER}>{_share(sum(left))}</td></tr>')
    return f"<table {_TABLE}>{''.join(rows)}</table>" if rows else ""


def _reasons(label: str, reasons: Sequence[Mapping[str, Any]], evidence: Sequence[Mapping[str, Any]]) -> str:
    """What speaks for and against the label, with what was measured and who says so.

    What speaks for the runner-up speaks against the label, and the other way round; sign and colour say which.
    """
    rows = []
    for reason in reasons:
        speaks_for = (reason.get("relation") == "for") == (reason.get("emotion") == label)
        words = f"{'+' if speaks_for else '−'} {reason.get('relation')} {reason.get('emotion')}"
        sign = _badge(words, _FOR if speaks_for else _AGAINST)
        place = reason.get("evidence")
        item = evidence[place] if isinstance(place, int) and 0 <= place < len(evidence) else {}
        rows.append(
            (
                sign,
                _text(reason.get("claim")),
                _measured(item.get("value"), item.get("unit")),
                _text(reason.get("source")),
            )
        )
    return _table(("", "reason", "measured", "source"), rows)


# ---- elements -------------------------------------------------------------------------------------------------------


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are HTML already; nothing without rows."""
    if not rows:
        return ""
    head = "".join(f'<th scope="col" {_CELL}>{word}</th>' for word in heads)
    body = "".join(f"<tr>{''.join(f'<td {_CELL}>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table {_TABLE}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _badge(words: str, colour: str) -> str:
    style = f"background:{colour};color:#FFFFFF;border-radius:0.3em;padding:0 0.4em;white-space:nowrap"
    return f'<span style="{style}">{_text(words)}</span>'


def _quoted(question: str | None) -> str:
    return f"<p><i>{_text(question)}</i></p>" if question else ""


def _measured(value: float | None, unit: str | None) -> str:
    return "" if value is None else _text(f"{value:.3g} {'' if unit in (None, '1') else unit}".strip())


def _share(value: float) -> str:
    """Per cent, in which little is not nothing and much is not all."""
    return "&lt;1%" if 0 < value < 0.005 else "&gt;99%" if 0.995 <= value < 1 else f"{value:.0%}"


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


def _text(words: Any) -> str:
    return escape("" if words is None else str(words))


__all__ = ["Record", "Records", "displayed"]
