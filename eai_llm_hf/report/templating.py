"""The templates of pages, as files in `templates/` of this room and of the rooms that use it."""

from functools import cache
from typing import TYPE_CHECKING

from .picture_page import SIDE_COLOURS

if TYPE_CHECKING:
    from jinja2 import Template


@cache
def template(name: str, room: str = "eai_llm_hf.report") -> "Template":
    """A template, which escapes what it shows; Jinja is imported when a page is made.

    Args:
        name: Its file.
        room: Package that has it; what it includes may also be of `eai_llm_hf.report`.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in dict.fromkeys((room, "eai_llm_hf.report"))]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["side_colours"] = SIDE_COLOURS
    return environment.get_template(name)
