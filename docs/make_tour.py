"""Runs the notebook of the examples and keeps what it shows: `python docs/make_tour.py`."""

import os
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

TOUR = Path(__file__).parents[1] / "hub_examples" / "tour.ipynb"


def run(notebook: Any, folder: Path, **variables: str) -> None:
    """Runs all cells in place; an error in one of them is raised.

    Args:
        notebook: As `nbformat.read` gives it.
        folder: Where it runs; the folder `clips` must be there.
        **variables: Changes of the environment.
    """
    place = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=900, kernel_name="python3", resources=place).execute(env=os.environ | variables)


def without_messages(notebook: Any) -> None:
    """Leaves out progress bars and warnings, which depend on the machine, and joins what was printed."""
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.metadata = {}
        kept: list[dict[str, Any]] = []
        for output in cell.outputs:
            if output.get("name") == "stdout" and kept and kept[-1].get("name") == "stdout":
                kept[-1]["text"] += output["text"]
            elif output.get("name") != "stderr":
                kept.append(output)
        cell.outputs = kept


def main() -> None:
    """Runs the notebook in its folder and writes it back."""
    notebook = nbformat.read(TOUR, as_version=4)
    run(notebook, TOUR.parent, HF_HUB_OFFLINE="1")
    without_messages(notebook)
    notebook.metadata = {"kernelspec": notebook.metadata["kernelspec"], "language_info": {"name": "python"}}
    nbformat.write(notebook, TOUR)


if __name__ == "__main__":
    main()
