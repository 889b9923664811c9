"""The page itself, in Gradio: what stands where, and which action each control starts.

A visitor's `Session` is the value of a `gr.State`: Gradio keeps one for each open page, so that nobody sees another's.
The pipeline is the only thing that all share, and it is only read. One event at a time uses it; the others wait in a
queue, which the page shows.
"""

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eai_llm_hf.processing.reading.smpl import AXIS_ANGLE
from eai_llm_hf.processing.skeleton.rig_files import load_rigs

from . import actions, views
from .session import Session, VisitorError

if TYPE_CHECKING:
    import gradio

    from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline

INSTALL = 'The app needs Gradio; install it with: pip install "eai-llm-hf[app]"'
MOST_WAITING = 32
"""Visitors in the queue; another one is told that it is full."""

MOST_SESSIONS = 64
"""Visitors whose recordings are kept; the one who came first makes room. With `MOST_MINUTES` each they are 1 GB."""

_IDLE_S = 3600
"""Seconds without use after which a visitor's recordings are forgotten."""

_OLDEST_FILE_S = 600
"""Age in seconds at which Gradio removes a file that was uploaded but never read."""

_EXPLAINING = "Explaining the movement. On a small machine this takes ten seconds or more …"

_KINDS = [
    ("other recordings of the same person", actions.PERSON),
    ("one neutral recording of the same person", actions.NEUTRAL),
    ("other recordings of this kind", actions.RECORDINGS),
]

_ABOUT_COMPARISON = (
    f"Two recordings play next to each other, of each the first {views.COMPARED_S:g} seconds. Without a question, the "
    "largest measured differences are named."
)
_ABOUT_REFERENCE = (
    "“High”, “slow” and every label depend on what is typical. Unless you say otherwise, that is the clips of the "
    "training. Choose recordings of the same person, or of the same kind as yours: from then on, the others are "
    "compared with them. With recordings of a person, these are only those in which you say that this person moves."
)
_ABOUT_LABELS = (
    "Replace the labels by your own words, such as tired and awake. Choose recordings that show a label, write it and "
    "note it; do this for two labels or more, then learn them. Say who moves where you know it: with recordings of "
    "several people, the page tests the labels on people that it did not learn them from."
)


def load_gradio() -> Any:
    """Gradio, which then sends no statistics.

    Raises:
        ImportError: If it is not installed; the message says how to install it.
    """
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    try:
        import gradio
    except ImportError as error:
        raise ImportError(INSTALL) from error
    return gradio


def build_app(pipe: "SkeletonEmotionExplanationPipeline") -> "gradio.Blocks":
    """The page.

    Args:
        pipe: The pipeline that all visitors share; it is only read.

    Raises:
        ImportError: If Gradio is not installed.
    """
    gr = load_gradio()
    with gr.Blocks(
        title="EAI-LLM: emotion from body movement",
        analytics_enabled=False,
        delete_cache=(_OLDEST_FILE_S, _OLDEST_FILE_S),
    ) as demo:
        page = _Page(gr, pipe)
        page.place()
        page.connect()
    demo.queue(max_size=MOST_WAITING, default_concurrency_limit=1, api_open=False)
    return demo


def launch_options(gr: Any) -> dict[str, Any]:
    """What `launch` needs besides an address: looks without web fonts, limits, and no door but the page."""
    fonts = ["system-ui", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"]
    return {
        "theme": gr.themes.Default(primary_hue="orange", font=fonts, font_mono=["ui-monospace", "monospace"]),
        "head": views.page_head(),
        "max_file_size": f"{views.LARGEST_MB}mb",
        "state_session_capacity": MOST_SESSIONS,
        "footer_links": [],
        "ssr_mode": False,
        "show_error": True,
    }


class _Page:
    """The controls of the page and what they do."""

    def __init__(self, gr: Any, pipe: "SkeletonEmotionExplanationPipeline"):
        self.gr = gr
        self.pipe = pipe

    # ---- what stands where --------------------------------------------------------------------------------------

    def place(self) -> None:
        """Places all controls."""
        gr = self.gr
        self.session = gr.State(Session(), time_to_live=_IDLE_S)
        self.file = gr.JSON(visible=False)
        self._html(views.welcome())
        with gr.Row():
            with gr.Column(scale=1, min_width=280):
                self.upload = gr.File(
                    label=f"Add recordings or videos, up to {views.LARGEST_MB} MB each",
                    file_count="multiple",
                    height=150,
                    elem_id="upload",
                )
                self.problem = self._html(elem_id="problem")
                with gr.Accordion("State frame rate and rig", open=False):
                    self.fps = gr.Number(label="Frames a second", value=None, minimum=0)
                    self.rig = gr.Dropdown(
                        ["", *sorted((*load_rigs(), AXIS_ANGLE))], value="", label="Rig of files without joint names"
                    )
                self._html(views.introduction("Or take an example:"))
                with gr.Row(elem_id="examples"):
                    self.examples = {name: gr.Button(name, size="sm", min_width=100) for name in actions.EXAMPLES}
                self.chosen = gr.Dropdown([], label="Recording", elem_id="chosen", filterable=False)
                self.remove = gr.Button("Remove this recording", size="sm")
            with gr.Column(scale=3, min_width=320), gr.Tabs():
                with gr.Tab("Result"):
                    self._place_result()
                with gr.Tab("Compare"):
                    self._place_comparison()
                with gr.Tab("Reference"):
                    self._place_reference()
                with gr.Tab("Teach labels"):
                    self._place_labels()

    def _html(self, value: str = "", **given: Any) -> Any:
        """A piece of the page, with our looks in place of Gradio's."""
        return self.gr.HTML(value, apply_default_css=False, **given)

    def _place_result(self) -> None:
        gr = self.gr
        self.compared = self._html(elem_id="compared")
        with gr.Row(elem_id="who"):
            self.same = gr.Button("The same person", size="sm", min_width=120, visible=False)
            self.other = gr.Button("Somebody else", size="sm", min_width=120, visible=False)
        self.result = self._html(views.nothing(), elem_id="result")
        with gr.Row(elem_classes="asking"):
            self.question = gr.Textbox(
                label="Ask about this movement",
                placeholder="What do the arms do?",
                max_length=actions.LONGEST_QUESTION,
                scale=4,
                elem_id="question",
            )
            self.ask = gr.Button("Ask", scale=1, min_width=90)
        self.answer = self._html(elem_id="answer")
        with gr.Row():
            self.get_record, self.get_report, self.get_reference = (
                gr.Button(f"Download {what}", size="sm", min_width=90) for what in ("record", "report", "reference")
            )

    def _place_comparison(self) -> None:
        gr = self.gr
        self._html(views.introduction(_ABOUT_COMPARISON))
        with gr.Row():
            self.first = gr.Dropdown([], label="First movement", filterable=False)
            self.second = gr.Dropdown([], label="Second movement", filterable=False)
        self.pair_question = gr.Textbox(
            label="Ask about the two (empty: how they differ)", placeholder="Which of the two movements is faster?"
        )
        self.compare = gr.Button("Compare", variant="primary")
        self.comparison = self._html(elem_id="comparison")

    def _place_reference(self) -> None:
        gr = self.gr
        self._html(views.introduction(_ABOUT_REFERENCE))
        self.typical = gr.Dropdown([], label="Recordings that say what is typical", multiselect=True, filterable=False)
        self.kind = gr.Radio(_KINDS, value=actions.PERSON, label="They are")
        with gr.Row():
            self.use_reference = gr.Button("Compare with these", variant="primary")
            self.forget_reference = gr.Button("Compare with the training clips again")
        self.change = self._html(elem_id="change")

    def _place_labels(self) -> None:
        gr = self.gr
        self._html(views.introduction(_ABOUT_LABELS))
        self.examples_of = gr.Dropdown([], label="Recordings that show a label", multiselect=True, filterable=False)
        with gr.Row():
            self.label = gr.Textbox(label="Label", placeholder="tired")
            self.performer = gr.Textbox(label="Who moves in them (if known)", placeholder="Anna")
        with gr.Row():
            self.note_label = gr.Button("Note the label")
            self.learn = gr.Button("Learn the labels", variant="primary")
            self.forget_labels = gr.Button("Forget what was learned")
        self.labels = self._html(elem_id="labels")

    # ---- what the controls do -----------------------------------------------------------------------------------

    def connect(self) -> None:
        """Connects all controls with what they do."""
        lists = [self.chosen, self.first, self.second, self.typical, self.examples_of]
        shelf = [*lists, self.upload, self.problem]
        given = [self.upload, self.fps, self.rig]
        self._on(self.upload.upload, self._read, given, shelf, self.problem, "Reading the files …")
        for name, button in self.examples.items():
            self._on(button.click, partial(self._take_example, name=name), [], shelf, self.result)
        self._on(self.remove.click, self._remove, [self.chosen], shelf, self.result)
        explained = [self.result, self.compared, self.same, self.other, self.answer, self.problem]
        self._on(self.chosen.change, self._explain, [self.chosen], explained, self.result, _EXPLAINING)
        for button, same in ((self.same, True), (self.other, False)):
            say = partial(self._say_who_moves, same=same)
            self._on(button.click, say, [self.chosen], explained, self.result, _EXPLAINING)
        asked = [self.chosen, self.question]
        for event in (self.ask.click, self.question.submit):
            self._on(event, self._ask, asked, [self.answer], self.answer, "Answering …")
        pair = [self.first, self.second, self.pair_question]
        for event in (self.compare.click, self.pair_question.submit):
            self._on(event, self._compare, pair, [self.comparison], self.comparison, "Comparing the two …")
        given, changed = [self.chosen, self.typical, self.kind], [self.change, *explained]
        self._on(self.use_reference.click, self._use_reference, given, changed, self.change, _EXPLAINING)
        self._on(self.forget_reference.click, self._forget_reference, [self.chosen], changed, self.change, _EXPLAINING)
        noted = [self.examples_of, self.label, self.performer]
        self._on(self.note_label.click, self._note_label, noted, [self.labels, self.examples_of], self.labels)
        taught = [self.labels, *explained]
        self._on(self.learn.click, self._learn, [self.chosen], taught, self.labels, "Learning the labels …")
        self._on(self.forget_labels.click, self._forget_labels, [self.chosen], taught, self.labels, _EXPLAINING)
        for button, make in (
            (self.get_record, self._record_file),
            (self.get_report, self._report_file),
            (self.get_reference, self._reference_file),
        ):
            made = self._on(button.click, make, [self.chosen], [self.file, self.problem], self.problem)
            made.then(None, [self.file], None, js="(file) => { window.eaiSave(file); }")

    def _on(
        self,
        event: Callable[..., Any],
        act: Callable[..., Any],
        inputs: list[Any],
        outputs: list[Any],
        place: Any,
        words: str = "",
    ) -> Any:
        """Connects an event; the session is the first argument, and all events share the pipeline, one at a time.

        Meanwhile `place`, which is one of the outputs, shows the place in the queue, and the words if there are any.
        """
        if words:
            event(None, None, [place], js=f"() => {json.dumps(views.waiting(words))}")
        return event(
            act,
            [self.session, *inputs],
            outputs,
            concurrency_limit=1,
            concurrency_id="pipeline",
            api_visibility="private",
            show_progress="full",
            show_progress_on=[place],
        )

    def _lists(self, session: Session, chosen: str | None) -> list[Any]:
        """The lists of recordings; `chosen` is the one that is explained."""
        names = session.names()
        update = self.gr.update
        others = [name for name in names if name != chosen]
        second = others[-1] if others else None
        return [
            update(choices=names, value=chosen),
            update(choices=names, value=chosen),
            update(choices=names, value=second),
            update(choices=names, value=[]),
            update(choices=names, value=[]),
        ]

    def _read(self, session: Session, paths: list[str] | None, fps: float | None, rig: str | None) -> list[Any]:
        """Reads uploaded files and deletes them; those that cannot be read are named with the reason."""
        chosen, problems = None, []
        with _deleted(paths or []):
            for path in paths or []:
                try:
                    chosen = actions.read_file(self.pipe, session, path, fps, rig).name
                except VisitorError as error:
                    problems.append(str(error))
        message = views.problem(VisitorError("\n".join(problems))) if problems else ""
        if chosen is None:
            return [*[self.gr.skip() for _ in range(5)], None, message]
        return [*self._lists(session, chosen), None, message]

    def _take_example(self, session: Session, name: str) -> list[Any]:
        try:
            chosen = actions.add_example(session, name).name
        except VisitorError as error:
            return [*[self.gr.skip() for _ in range(5)], None, views.problem(error)]
        return [*self._lists(session, chosen), None, ""]

    def _remove(self, session: Session, name: str | None) -> list[Any]:
        try:
            actions.remove(session, name)
        except VisitorError as error:
            return [*[self.gr.skip() for _ in range(5)], None, views.problem(error)]
        names = session.names()
        return [*self._lists(session, names[-1] if names else None), None, ""]

    def _explain(self, session: Session, name: str | None) -> list[Any]:
        """The result, what it is compared with, the buttons that say who moves, no answer, and no new problem."""
        try:
            result = None if name is None else actions.explain(self.pipe, session, name)
        except VisitorError as error:
            return ["", "", *self._buttons(False, False), "", views.problem(error)]
        if result is None:
            return [views.nothing(), "", *self._buttons(False, False), "", self.gr.skip()]
        asked, same = actions.asks_who_moves(session, result.entry), actions.is_same_person(session, result.entry)
        buttons = self._buttons(asked and same is not True, asked and same is not False)
        compared = views.reference_view(session, result.entry)
        return [views.result_view(result, session), compared, *buttons, "", self.gr.skip()]

    def _buttons(self, *visible: bool) -> list[Any]:
        return [self.gr.update(visible=each) for each in visible]

    def _say_who_moves(self, session: Session, name: str | None, same: bool) -> list[Any]:
        with contextlib.suppress(VisitorError):  # which explaining says as well
            actions.say_who_moves(session, name, same)
        return self._explain(session, name)

    def _ask(self, session: Session, name: str | None, question: str) -> str:
        try:
            return views.answer_view(actions.explain(self.pipe, session, name, question))
        except VisitorError as error:
            return views.problem(error)

    def _compare(self, session: Session, first: str | None, second: str | None, question: str) -> str:
        try:
            return views.comparison_view(*actions.compare(self.pipe, session, first, second, question))
        except VisitorError as error:
            return views.problem(error)

    def _use_reference(self, session: Session, name: str | None, clips: list[str], kind: str) -> list[Any]:
        try:
            change = actions.use_reference(self.pipe, session, name, clips or [], kind)
        except VisitorError as error:
            return [views.problem(error), *[self.gr.skip() for _ in range(6)]]
        return [views.change_view(change, session), *self._explain(session, name)]

    def _forget_reference(self, session: Session, name: str | None) -> list[Any]:
        actions.forget_reference(session)
        return ["", *self._explain(session, name)]

    def _note_label(self, session: Session, names: list[str], label: str, performer: str) -> tuple[str, Any]:
        try:
            actions.label_clips(session, names or [], label, performer)
        except VisitorError as error:
            return views.problem(error), self.gr.skip()
        return views.labels_view(session), []

    def _learn(self, session: Session, name: str | None) -> list[Any]:
        try:
            actions.learn(self.pipe, session)
        except VisitorError as error:
            return [views.problem(error), *[self.gr.skip() for _ in range(6)]]
        return [views.labels_view(session), *self._explain(session, name)]

    def _forget_labels(self, session: Session, name: str | None) -> list[Any]:
        actions.forget_labels(session)
        return [views.labels_view(session), *self._explain(session, name)]

    def _record_file(self, session: Session, name: str | None) -> tuple[Any, str]:
        return self._made(lambda: views.record_file(actions.explain(self.pipe, session, name)))

    def _report_file(self, session: Session, name: str | None) -> tuple[Any, str]:
        return self._made(lambda: views.report_file(actions.explain(self.pipe, session, name)))

    def _reference_file(self, session: Session, name: str | None) -> tuple[Any, str]:
        return self._made(lambda: views.reference_file(actions.whole_reference(self.pipe, session)))

    @staticmethod
    def _made(make: Callable[[], dict[str, str]]) -> tuple[Any, str]:
        try:
            return make(), ""
        except VisitorError as error:
            return None, views.problem(error)


@contextlib.contextmanager
def _deleted(paths: list[str]) -> Iterator[None]:
    """Deletes uploaded files with the folders that Gradio made for them, whatever happens before."""
    try:
        yield
    finally:
        for path in map(Path, paths):
            path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # another file is in the folder
                path.parent.rmdir()
