"""The notebook of the examples, run as a reader runs it, with the Hub's stand-in for what it shares."""

import json
import runpy
import shutil
from pathlib import Path

import pytest
from hub_stand_in import HubStandIn

EXAMPLES = Path(__file__).parents[1] / "hub_examples"
TOUR = EXAMPLES / "tour.ipynb"
STEPS = ("Load and explain", "Calibrate", "Adapt", "Compare", "Fine-tune with the Trainer", "Share")


def outputs(cell) -> str:
    """What a cell shows, as one text."""
    return json.dumps(cell.get("outputs", []), ensure_ascii=False)


@pytest.mark.integration
def test_the_tour_runs_from_its_first_cell_to_its_last_and_shares_what_it_made(tmp_path):
    nbformat = pytest.importorskip("nbformat", reason="the dev extra installs nbformat, nbclient and ipykernel")
    run = runpy.run_path(str(EXAMPLES.parent / "docs" / "make_tour.py"))["run"]
    shutil.copytree(EXAMPLES / "clips", tmp_path / "clips")
    notebook = nbformat.read(TOUR, as_version=4)
    (sharing,) = [cell for cell in notebook.cells if "\nrepository = None" in cell.source]
    sharing.source = sharing.source.replace("\nrepository = None", '\nrepository = "someone/tour"')
    with HubStandIn() as hub:
        homes = {"HF_HOME": str(tmp_path / "home"), "IPYTHONDIR": str(tmp_path / "ipython")}
        run(notebook, tmp_path, **hub.environment(), **homes, CUDA_VISIBLE_DEVICES="", OMP_NUM_THREADS="1")
        shared = hub.repositories["someone/tour"]
        assert {"README.md", "LICENSE", "model.safetensors", "modeling_eai_llm.py"} <= set(shared)
        assert shared["README.md"].startswith(b"---\nlicense: cc-by-nc-4.0\n") and hub.private == {"someone/tour"}
    shown = [outputs(cell) for cell in notebook.cells if cell.cell_type == "code"]
    assert all("Certainty:" in shown[place] for place in (0, -1)), "records display themselves"
    config = json.loads((tmp_path / "runs" / "tour" / "run" / "checkpoint" / "config.json").read_text())
    assert config["labels"] == ["light", "heavy"]


def test_the_tour_is_kept_as_it_ran_with_what_it_showed():
    cells = json.loads(TOUR.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    shown = "".join(outputs(cell) for cell in cells)
    assert shown.count("Certainty:") >= 3 and "Traceback" not in shown
    assert str(Path.home()) not in shown and "/tmp" not in shown, "nothing of the machine that ran it"
    assert len(shown) < 60_000


def test_the_tour_shows_each_step_in_order():
    text = TOUR.read_text(encoding="utf-8")
    places = [text.index(f"## {step}") for step in STEPS]
    assert places == sorted(places)
