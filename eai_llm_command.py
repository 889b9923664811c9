"""The console script `eai-llm`: help, version and wrong arguments are answered before anything slow is imported.

To import `eai_llm_hf`, or any module of it, is to import torch and transformers, since the package registers its
classes there. So the script makes the package first and runs its `__init__` later, in the two steps in which `import`
does it: the modules of the command line load in between, and no command starts before the classes are registered.
"""

import sys
from functools import partial
from importlib.util import find_spec, module_from_spec


def main() -> int:
    """Runs the command line on the arguments of the process; gives the exit status."""
    spec = find_spec("eai_llm_hf")
    assert spec is not None and spec.loader is not None  # both are installed together
    package = sys.modules[spec.name] = module_from_spec(spec)
    from eai_llm_hf.cli.main import build_parser, run_command

    args = build_parser().parse_args()
    return run_command(args, prepare=partial(spec.loader.exec_module, package))
