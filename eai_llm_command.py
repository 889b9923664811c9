"""The console script `eai-llm`: help, version and wrong arguments are answered before anything slow is imported.

Importing `eai_llm_hf`, or any module of it, imports torch and transformers, because the package registers its classes
with them. So this script splits the import in two: it creates the package, loads the modules of the command line, and
runs the package's `__init__` only when the arguments are valid. The classes are registered before any command runs.
"""

import sys
from functools import partial
from importlib.util import find_spec, module_from_spec


def main() -> int:
    """Runs the command line with the arguments of the process and returns the exit status."""
    spec = find_spec("eai_llm_hf")
    assert spec is not None and spec.loader is not None  # both are installed together
    package = sys.modules[spec.name] = module_from_spec(spec)
    from eai_llm_hf.cli.main import build_parser, run_command

    args = build_parser().parse_args()
    return run_command(args, prepare=partial(spec.loader.exec_module, package))
