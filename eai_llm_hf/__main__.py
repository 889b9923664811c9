"""Runs the command line: `python -m eai_llm_hf`."""

import sys

from .cli.main import main

sys.exit(main())
