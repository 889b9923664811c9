"""`eai-llm serve`: the pipeline behind HTTP, for programs on this or other machines."""

import argparse
import socket
import sys
from pathlib import Path
from typing import Any

from .common import MODEL_HELP, add_command, load_quietly

_EXAMPLES = """examples:
  eai-llm serve
  eai-llm serve --model generator --port 8001 --batch-size 16
  eai-llm serve --host 0.0.0.0 --reference ours.json
Then, from anywhere that reaches it:
  curl -F recording=@walk.bvh http://127.0.0.1:8000/explain
  curl -F recording=@walk.bvh -F label_only=true http://127.0.0.1:8000/explain
  curl -N -F recording=@walk.bvh "http://127.0.0.1:8000/explain?stream=true"

http://127.0.0.1:8000/docs describes every option. Nothing that is sent is kept.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = add_command(
        subparsers,
        "serve",
        help="a server that explains recordings sent by HTTP",
        description="Answers recordings that come by HTTP with their records. Those that wait go through the model "
        "together. There is no encryption and no password: beyond this machine, put it behind a proxy that has them. "
        "Needs the extra serve.",
        examples=_EXAMPLES,
    )
    parser.add_argument("--model", help=MODEL_HELP)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default: this machine only)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen at (default 8000); 0 for a free one")
    parser.add_argument(
        "--reference",
        metavar="FILE.json",
        help="typical values, as written by eai-llm calibrate, for requests that send none",
    )
    parser.add_argument(
        "--batch-size", type=int, metavar="N", help="recordings that the model processes at a time (default 8)"
    )
    parser.add_argument(
        "--places",
        type=int,
        metavar="N",
        help="requests that are received, waiting or computed at a time; others get 429 (default 64)",
    )
    parser.add_argument(
        "--request-s",
        type=float,
        metavar="S",
        help="seconds until a request gets 504 in place of an answer (default 120)",
    )
    parser.add_argument("--request-mb", type=float, metavar="MB", help="largest request in megabytes (default 32)")
    parser.add_argument(
        "--movement-s",
        type=float,
        metavar="S",
        help="longest recording in seconds, the times of its people added up (default 600)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serves until it is interrupted.

    Raises:
        ImportError: If a library of the server is not installed.
        OSError: If the port is taken, or there is no such reference.
        ValueError: If a limit is not above 0, or the reference is none of this checkpoint.
    """
    from ..serving.limits import Limits, keep_few_kernels, require_extra

    require_extra()  # before the model is loaded
    names = ("batch_size", "places", "request_s", "request_mb", "movement_s")
    limits = Limits(**{name: getattr(args, name) for name in names if getattr(args, name) is not None})

    import uvicorn

    from eai_llm_hf.processing.reference_choice import checked_reference

    from ..serving.application import build_application

    with socket.socket(socket.AF_INET6 if ":" in args.host else socket.AF_INET) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((args.host, args.port))  # a port that is taken is found before the model is loaded
        keep_few_kernels()
        pipe: Any = load_quietly(args.model)
        reference = checked_reference(pipe.feature_extractor, args.reference)
        pipe.model.load_backbone()  # or the first text would wait for it
        app = build_application(pipe, limits, reference)
        door.listen()  # who comes before the server has started waits
        host, port = door.getsockname()[:2]
        where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        print(
            f"serving {Path(pipe.model.config.name_or_path).name} at http://{where} (description: /docs)",
            file=sys.stderr,
        )
        uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[door])
    return 0


__all__ = ["register", "run"]
