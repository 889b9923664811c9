"""Units of length: their names here, their size, and how files spell them."""

UNIT_SCALES = {"m": 1.0, "cm": 0.01, "mm": 0.001, "inch": 0.0254}
"""Unit of length -> metres."""

_SPELLINGS = {
    "m": ("m", "meter", "meters", "metre", "metres"),
    "cm": ("cm", "centimeter", "centimeters", "centimetre", "centimetres"),
    "mm": ("mm", "millimeter", "millimeters", "millimetre", "millimetres"),
    "inch": ("in", "inch", "inches"),
}


def known_units(written: str) -> str | None:
    """Recognises a unit of length.

    Args:
        written: The unit as a file spells it, in any case, perhaps padded with blanks or NUL.

    Returns:
        A key of `UNIT_SCALES`, or None for any other word.
    """
    word = written.strip().strip("\0").strip().lower()
    return next((unit for unit, spellings in _SPELLINGS.items() if word in spellings), None)
