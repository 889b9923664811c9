"""`eai-llm app`: a page in the browser, on this machine, to explain, question, compare and teach recordings."""

import argparse
import errno
import socket
import sys

from .common import MODEL_HELP, add_command, load_quietly

_PORT, _OTHER_PORT = 7860, 7861

_EXAMPLES = """examples:
  eai-llm app                       opens the page in the browser
  eai-llm app --port 7861 --no-browser --model generator
  eai-llm app --host 0.0.0.0        for other machines of this network as well

The page works without a network once the text backbone is there. Nothing that is added to it is kept.
To put it on the Hub: eai-llm export FOLDER --space USER/NAME.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = add_command(
        subparsers,
        "app",
        help="a page in the browser that plays and explains recordings",
        description="Starts a page on this machine: recordings and videos play with their reasons, answer questions, "
        "are compared with each other and with a reference, and teach labels. Needs the extra app.",
        examples=_EXAMPLES,
    )
    parser.add_argument("--model", help=MODEL_HELP)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default: this machine only)")
    parser.add_argument("--port", type=int, default=_PORT, help=f"port to listen at (default {_PORT})")
    parser.add_argument("--no-browser", dest="browser", action="store_false", help="do not open the browser")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serves the page until it is interrupted.

    Raises:
        ImportError: If Gradio is not installed.
        OSError: If the page cannot be at this address.
        ValueError: If the port is none.
    """
    from ..app.layout import build_app, launch_options, load_gradio

    gradio = load_gradio()  # like a port that is taken, its lack is found before the model is loaded
    _check_address(args.host, args.port)
    demo = build_app(load_quietly(args.model))
    demo.launch(
        server_name=args.host,
        server_port=args.port,
        inbrowser=args.browser,
        quiet=True,
        prevent_thread_lock=True,
        **launch_options(gradio),
    )
    print(f"The page is at {demo.local_url} (Ctrl+C ends it).", file=sys.stderr)
    demo.block_thread()
    return 0


def _check_address(host: str, port: int) -> None:
    """Raises an error, as `run` does, where the page cannot be."""
    if not 0 < port < 2**16:
        raise ValueError(f"A port is a number from 1 to {2**16 - 1}; found {port}.")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise OSError(
                    f"Port {port} is taken, perhaps by an eai-llm app that runs already: see http://{host}:{port}/. "
                    f"Or take another port: eai-llm app --port {_OTHER_PORT if port == _PORT else _PORT}."
                ) from error
            raise OSError(
                f"The page cannot be at {host}, port {port} ({error.strerror}). Without --host and --port it is at "
                f"127.0.0.1, port {_PORT}, which only this machine can open."
            ) from error


__all__ = ["register", "run"]
