"""Recipes as YAML or JSON files, found by name or path. Each key and value is checked, with messages in plain words.

`HfArgumentParser` does not replace this: it checks no types, reads `1e-3` as text and `no` as false, and names an
unknown key without the nearest known one. The command line cannot use it either: to import it takes a second.
"""

import dataclasses
import difflib
import json
import re
import types
import typing
from pathlib import Path

import yaml

RECIPES = Path(__file__).parents[1] / "recipes"
"""Folder of the recipes that come with the package; a file is named after its recipe."""

_SUFFIXES = (".yaml", ".yml", ".json")
_KINDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false", list: "a list of words"}


class _Loader(yaml.SafeLoader):
    """Reads two things as YAML 1.2 does, while PyYAML follows 1.1: `no` is a word, and `1e-3` is a number."""


_BOOL, _FLOAT = "tag:yaml.org,2002:bool", "tag:yaml.org,2002:float"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in (_BOOL, _FLOAT)]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
_Loader.add_implicit_resolver(
    _FLOAT, re.compile(r"^[-+]?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][-+]?\d+)?$"), list("-+.0123456789")
)


def shipped_recipes() -> list[str]:
    """Names of the recipes that come with the package."""
    return sorted(file.stem for file in RECIPES.glob("*.yaml"))


def read_settings(recipe: str | Path, *kinds: type) -> dict[str, typing.Any]:
    """Reads a recipe file.

    Args:
        recipe: A .yaml, .yml or .json file, or the name of a recipe that comes with the package.
        *kinds: Dataclasses whose fields the file may set.

    Returns:
        The values that the file sets, by field. A whole number becomes a float if its field is one.

    Raises:
        ValueError: If there is no such recipe, it cannot be parsed, a key is unknown or a value has a wrong type.
    """
    file = _find(str(recipe))
    settings = _parse(file)
    hints = {name: hint for kind in kinds for name, hint in typing.get_type_hints(kind).items()}
    known = {field.name: hints[field.name] for kind in kinds for field in dataclasses.fields(kind)}
    for name, value in settings.items():
        if name not in known:
            near = difflib.get_close_matches(str(name).replace("-", "_"), known, n=1, cutoff=0.5)
            raise ValueError(
                f"{file.name}: there is no setting '{name}'" + (f"; did you mean '{near[0]}'?" if near else ".")
            )
        settings[name] = _checked(f"{file.name}: {name}", value, known[name])
    return settings


def _find(recipe: str) -> Path:
    if recipe.endswith(_SUFFIXES):
        if not Path(recipe).is_file():
            raise ValueError(f"The recipe {recipe} does not exist.")
        return Path(recipe)
    if recipe not in shipped_recipes():
        raise ValueError(
            f"There is no recipe '{recipe}': expected a file that ends in {', '.join(_SUFFIXES)}, or one of "
            f"{', '.join(shipped_recipes())}."
        )
    return RECIPES / f"{recipe}.yaml"


def _parse(file: Path) -> dict:
    try:
        text = file.read_text(encoding="utf-8")
        # _Loader is a SafeLoader: it creates plain values only.
        settings = json.loads(text) if file.suffix == ".json" else yaml.load(text, _Loader)
    except UnicodeDecodeError as error:
        raise ValueError(f"{file.name} is not a text file in UTF-8.") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"{file.name}, line {error.lineno}: {error.msg}.") from error
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ValueError(f"{file.name}{line}: {error.problem}.") from error
    except yaml.YAMLError as error:
        raise ValueError(f"{file.name}: {str(error).partition(chr(10))[0]}.") from error
    if not isinstance(settings, dict):
        raise ValueError(f"{file.name}: expected lines 'setting: value', found {_shown(settings)}.")
    return settings


def _checked(what: str, value: typing.Any, hint: typing.Any) -> typing.Any:
    """The value, converted to float if its field is one.

    Raises:
        ValueError: If the value has another type than its field.
    """
    if isinstance(hint, types.UnionType):
        if value is None:
            return None
        hint = next(kind for kind in typing.get_args(hint) if kind is not type(None))
    kind = typing.get_origin(hint) or hint
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise ValueError(f"{what} must be {_KINDS[kind]}, found {_shown(value)}.")
    if kind is list:
        for entry in value:
            if not isinstance(entry, str):
                raise ValueError(f"{what} must be {_KINDS[kind]}, found {_shown(entry)} in it.")
    return value


def _shown(value: typing.Any) -> str:
    if value is None:
        return "nothing"
    return str(value).lower() if isinstance(value, bool) else repr(value)


__all__ = ["read_settings", "shipped_recipes"]
