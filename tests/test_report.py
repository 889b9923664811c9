"""Reports: a self-contained page, and in every format each clip with its record or its error."""

import argparse
import base64
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from moving_bodies import walk

from eai_llm_hf import EaiSkeletonFeatureExtractor
from eai_llm_hf.cli.main import explain as explain_command
from eai_llm_hf.processing.claims.claim import canonical_claim
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, JOINT_NAMES
from eai_llm_hf.report import html_report, picture_page, record_view, rendering, report_writing

HOSTILE = '<script>alert("1")</script>&\'{{ 70007 * 3 }}'
VOID = {"br", "input", "link", "meta", "img"}


def _clip(frames: int = 180, absent: tuple[str, ...] = ()) -> UnifiedClip:
    joints = walk(0.6, 1.8, frames=frames).astype(np.float32)
    mask = np.array([name not in absent for name in JOINT_NAMES])
    joints[:, ~mask] = 0.0
    report = {"layout": "smpl22", "frames": frames, "fps": 30.0, "matched_joints": int(mask.sum())}
    report |= {"missing_joints": list(absent), "up_axis": "y", "unit_scale": 1.0}
    return UnifiedClip(joints=joints, joint_mask=mask, report=report)


def _evidence(descriptor: str, direction: str, span: str = "whole", degree: str = "plain", **changes) -> dict:
    claim = canonical_claim(descriptor, direction, span, degree)
    start, end = {"whole": (0.0, 6.0), "beginning": (0.0, 2.0), "middle": (2.0, 4.0), "end": (4.0, 6.0)}[span]
    item = {"claim": claim.text, "body_part": claim.body_part, "descriptor": descriptor, "direction": direction}
    item |= {"span": span, "degree": degree, "value": -21.4, "unit": "deg", "percentile": 3.1}
    return item | {"start_s": start, "end_s": end, "holds": True} | changes


def _record(clip: UnifiedClip, **changes) -> dict:
    evidence = [
        _evidence("head_pitch", "low"),
        _evidence("elbow_flexion", "high", "end", "strong", percentile=97.0, value=88.0),
        _evidence("knee_flexion", "high", percentile=91.0),
    ]
    explanation = f"The movement looks sad. The head is bowed. {evidence[1]['claim'].capitalize()}."
    record = {
        "source": "recordings/walk.bvh",
        "label": "sad",
        "score": 0.83,
        "scores": {"sad": 0.83, "happy": 0.17},
        "explanation": explanation,
        "evidence": evidence,
        "segments": [{"start_s": 0.0, "end_s": len(clip.joints) / 30, "label": "sad", "score": 0.83}],
        "skeleton": dict(clip.report),
        "model": "tiny",
        "dropped_claims": 0,
    }
    return record | changes


def _error(source: str = "broken.bvh", message: str = "broken.bvh, line 3: expected JOINT") -> dict:
    return {"source": source, "error": {"type": "MotionError", "message": message}}


class _Page(HTMLParser):
    """Parses a page into elements with attributes and text; a tag that does not match is an error."""

    def __init__(self, page: str):
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[tuple[str, list[str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append((tag, []))

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        name, words = self.open.pop()
        assert name == tag, f"</{tag}> closes <{name}> at {self.getpos()}"
        self.texts.append((tag, "".join(words)))

    def handle_data(self, data):
        for _, words in self.open:
            words.append(data)

    def texts_of(self, tag: str) -> list[str]:
        return [" ".join(words.split()) for name, words in self.texts if name == tag]

    def attributes(self, name: str) -> list[str]:
        return [attrs[name] for _, attrs in self.elements if attrs.get(name) is not None]


def _page(*records: dict, clip: UnifiedClip | None = None) -> _Page:
    return _Page(_html(*records, clip=clip))


def _html(*records: dict, clip: UnifiedClip | None = None) -> str:
    return html_report.render_html(
        [
            html_report.error_section(record, Path(record["source"]).name, number)
            if "error" in record
            else html_report.section(record, clip or _clip(), Path(record["source"]).name, number)
            for number, record in enumerate(records, start=1)
        ]
    )


def _movement(page: str) -> dict:
    return json.loads(re.search(r'class="movement">(.*?)</script>', page, re.DOTALL)[1])


def _unpacked(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<i2")


# ------------------------------------------------------------------------------------------------ the view of a record


def test_a_claim_about_a_third_marks_its_body_part_only_in_that_third():
    marked = record_view.highlights(_record(_clip()))
    assert marked == {"head": [(0.0, 6.0)], "arms": [(4.0, 6.0)]}
    assert rendering.marked_at(marked, 3.0) == {"head"}
    assert rendering.marked_at(marked, 5.0) == {"head", "left arm", "right arm"}


def test_the_whole_body_is_marked_only_if_nothing_else_is():
    slow = _evidence("movement_speed", "low")
    record = _record(_clip(), evidence=[slow], explanation="The movement is slow.")
    assert set(record_view.highlights(record)) == {"whole body"}
    both = record | {"evidence": [slow, _evidence("head_pitch", "low")]}
    both["explanation"] = "The movement is slow and the head is bowed."
    assert set(record_view.highlights(both)) == {"head"}


def test_a_claim_that_fails_or_cannot_be_checked_marks_nothing():
    for holds in (False, None):
        record = _record(_clip(), evidence=[_evidence("head_pitch", "low", holds=holds)])
        assert record_view.highlights(record) == {}


@pytest.mark.parametrize(
    ("evidence", "window"),
    [
        ([_evidence("head_pitch", "low", start_s=10.0, end_s=20.0)], (10.0, 20.0)),
        ([_evidence("head_pitch", "low", "end", start_s=16.667, end_s=20.0)], (10.0, 20.0)),
        ([], (10.0, 20.0)),
    ],
)
def test_the_explained_window_is_found_from_the_record(evidence, window):
    segments = [
        {"start_s": 0.0, "end_s": 10.0, "label": "happy", "score": 0.95},
        {"start_s": 10.0, "end_s": 20.0, "label": "sad", "score": 0.9},
        {"start_s": 20.0, "end_s": 30.0, "label": "sad", "score": 0.6},
    ]
    record = _record(_clip(), evidence=evidence, segments=segments)
    assert record_view.explained_window(record) == window


def test_the_pieces_of_an_explanation_add_up_to_it_and_know_their_claims():
    record = _record(_clip())
    found = record_view.pieces(record)
    assert "".join(piece.text for piece in found) == record["explanation"]
    assert [piece.rows for piece in found if piece.rows] == [(0,), (1,)]
    assert "bowed" in next(piece.text for piece in found if piece.rows == (0,))


def test_words_that_two_claims_share_belong_to_both():
    evidence = [_evidence("head_pitch", "low"), _evidence("trunk_lean", "high", holds=False)]
    record = _record(_clip(), explanation="The head and the trunk are bent forward.", evidence=evidence)
    found = record_view.pieces(record)
    shared = next(piece for piece in found if len(piece.rows) == 2)
    assert "forward" in shared.text and shared.holds is True


@pytest.mark.parametrize(
    ("item", "band"),
    [
        (_evidence("head_pitch", "low"), (0.0, 40.0)),
        (_evidence("head_pitch", "high"), (60.0, 100.0)),
        (_evidence("head_pitch", "high", degree="strong"), (80.0, 100.0)),
        (_evidence("head_pitch", "low", degree="slight"), (15.0, 45.0)),
    ],
)
def test_the_band_in_which_a_claim_holds_follows_its_degree(item, band):
    assert record_view.holding_range(item) == band


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "holds"),
        ({"holds": False, "percentile": 80.0}, "does not hold"),
        ({"holds": None, "value": None, "percentile": None}, "not measurable"),
        ({"holds": None, "percentile": None}, "the reference has no values for it"),
    ],
)
def test_the_verdict_says_why(changes, words):
    assert words in record_view.verdict(_evidence("head_pitch", "low", **changes))


def test_a_value_is_written_with_what_it_is_measured_in():
    words = {
        "−21.4°": _evidence("head_pitch", "low"),
        "0.31 leg lengths": _evidence("step_width", "low", value=0.3123, unit="leg lengths"),
        "35% of the time": _evidence("pauses", "high", value=0.349, unit="1"),
        "0% of the time": _evidence("pauses", "low", value=-0.004, unit="1"),
        "0.00 (no unit)": _evidence("smoothness", "high", value=0.0, unit="1"),
        "0.00 leg lengths": _evidence("smoothness", "low", value=-0.004, unit="leg lengths"),
        "0.00 m/s": _evidence("smoothness", "low", value=-0.001, unit="m/s"),
        "−0.77 (no unit)": _evidence("smoothness", "low", value=-0.771, unit="1"),
        "not measurable": _evidence("pauses", "high", value=None, unit="1"),
    }
    assert [record_view.value_words(item) for item in words.values()] == list(words)


# ------------------------------------------------------------------------------------------------------------ the page


def test_the_page_fetches_nothing_and_forbids_it():
    page = _page(_record(_clip()), _error())
    links = page.attributes("href")
    assert not page.attributes("src") and links and all(link.startswith("#clip-") for link in links)
    assert "default-src 'none'" in page.attributes("content")[1]
    assert not re.search(r"https?:|@import|url\((?!#)", _html(_record(_clip())))


def test_every_link_leads_to_a_row_or_section_and_ids_are_unique():
    page = _page(_record(_clip()), _record(_clip()))
    names = page.attributes("id")
    assert len(set(names)) == len(names)
    assert {link.removeprefix("#") for link in page.attributes("href")} <= set(names)


def test_text_from_users_is_never_markup():
    clip = _clip()
    record = _record(clip, source=HOSTILE, label=HOSTILE, scores={HOSTILE: 0.9, "sad": 0.1}, explanation=HOSTILE)
    record |= {"question": HOSTILE, "model": HOSTILE, "skeleton": clip.report | {"layout": HOSTILE}}
    record["segments"] = [
        {"start_s": 0.0, "end_s": 3.0, "label": HOSTILE, "score": 0.9},
        {"start_s": 3.0, "end_s": 6.0, "label": "sad", "score": 0.9},
    ]
    record["evidence"][0]["claim"] = HOSTILE
    page = _html(record, _error(HOSTILE, HOSTILE))
    assert "<script>alert" not in page and "210021" not in page
    assert HOSTILE in _Page(page).texts_of("h2")[0]
    assert _movement(page)["claims"][0]["claim"] == HOSTILE


def test_all_evidence_is_in_the_page_with_value_unit_percentile_time_and_verdict():
    rows = [row for row in _page(_record(_clip())).texts_of("tr") if row.endswith("holds")]
    assert len(rows) == 3
    for words in ("the head is bowed (head)", "−21.4°", " 3 ", "0.0–6.0 s", "holds"):
        assert words in rows[0]
    assert "4.0–6.0 s" in rows[1] and "clearly" in rows[1]


def test_the_page_says_with_whom_a_movement_was_compared():
    record = _record(_clip())
    record["evidence"][0]["reference"], record["evidence"][1]["reference"] = "performer", "recordings"
    rows = [row for row in _page(record).texts_of("tr") if row.endswith("holds")]
    assert "for this person" in rows[0] and "in these recordings" in rows[1]
    assert "for this person" not in rows[2] and "of the reference" not in rows[0] and "of the reference" in rows[2]


def test_failed_claims_are_struck_through_in_text_and_row_and_unchecked_ones_are_grey():
    record = _record(_clip())
    assert not _page(record).texts_of("s")
    record["evidence"][0]["holds"] = False
    record["evidence"][1] |= {"holds": None, "value": None, "percentile": None}
    page = _page(record)
    assert page.texts_of("s") == ["head is bowed", "the head is bowed"]
    kinds = [attrs["class"] for tag, attrs in page.elements if tag == "tr" and "data-row" in attrs]
    assert kinds == ["failed", "unknown", "held"]
    assert any("cannot be checked: not measurable" in words for words in page.texts_of("td"))


def test_without_a_script_the_page_shows_the_drawing_of_the_movement_with_its_description():
    page = _page(_record(_clip()))
    (picture,) = [attrs for _, attrs in page.elements if attrs.get("class") == "picture"]
    assert "Named in the explanation: head 0.0–6.0 s, arms 4.0–6.0 s." in picture["aria-label"]
    colours = " ".join(page.attributes("style"))
    assert f"stroke: {picture_page.HIGHLIGHT.lower()}" in colours
    assert {"0.0 s", "6.0 s"} <= set(page.texts_of("text"))
    player = [attrs for _, attrs in page.elements if attrs.get("class") == "player"]
    assert "hidden" in player[0]


def test_the_movement_is_embedded_to_the_millimetre_without_missing_joints():
    clip = _clip(absent=("left_wrist",))
    moving = _movement(_html(_record(clip), clip=clip))
    around = _unpacked(moving["joints"]).reshape(180, 22, 3) / 1000
    travel = _unpacked(moving["travel"]).reshape(180, 2) / 100
    head = clip.joints[:, JOINT_INDEX["head"]]
    pelvis = clip.joints[:, JOINT_INDEX["pelvis"]]
    assert around[:, JOINT_INDEX["head"], 1] == pytest.approx(head[:, 1], abs=6e-4)
    assert around[:, JOINT_INDEX["head"], 2] == pytest.approx(head[:, 2] - pelvis[:, 2], abs=6e-4)
    assert travel[:, 1] == pytest.approx(pelvis[:, 2] - pelvis[0, 2], abs=6e-3)
    assert not around[:, JOINT_INDEX["left_wrist"]].any()
    assert not any(JOINT_INDEX["left_wrist"] in bone[:2] for bone in moving["bones"])


def test_a_clip_of_ten_seconds_makes_a_small_page_and_a_long_one_plays_its_window():
    assert len(_html(_record(_clip(300)), clip=_clip(300)).encode()) < 200_000
    clip = _clip(30 * 90)
    segments = [
        {"start_s": 10.0 * n, "end_s": 10.0 * n + 10, "label": "sad", "score": 0.5 + 0.1 * (n == 4)} for n in range(9)
    ]
    evidence = [_evidence("head_pitch", "low", start_s=40.0, end_s=50.0)]
    page = _html(_record(clip, segments=segments, evidence=evidence), clip=clip)
    moving = _movement(page)
    assert (moving["start"], moving["frames"]) == (40.0, 300) and len(page.encode()) < 300_000
    assert "only the explained window, because the recording is long" in page


def _tooltips(picture: str) -> dict[str, str]:
    """The tooltips of a drawing, each with the fill colour of what it belongs to."""
    return dict(re.findall(r"<title>([^<]*)</title> <path [^>]*fill: (#\w+)", picture))


def test_the_windows_of_a_long_recording_have_their_labels_and_the_explained_one_is_named():
    segments = [
        {"start_s": 0.0, "end_s": 3.0, "label": "happy", "score": 0.6},
        {"start_s": 3.0, "end_s": 6.0, "label": "sad", "score": 0.9},
    ]
    evidence = [_evidence("head_pitch", "low", start_s=3.0, end_s=6.0)]
    view = html_report.section(_record(_clip(), segments=segments, evidence=evidence), _clip(), "a", 1)
    assert list(_tooltips(view["picture"])) == ["0.0–3.0 s: happy 60%", "3.0–6.0 s: sad 90%"]
    assert ">happy 60%</text>" in view["picture"] and ">shown above</text>" in view["picture"]
    assert len(view["captions"]) == 1 and "describe 3.0–6.0 s" in view["captions"][0]
    headings = _Page(html_report.render_html([view])).texts_of("h3")
    assert {"Why 3.0–6.0 s", "Measured 3.0–6.0 s"} <= set(headings)
    assert {"Why", "Measured"} <= set(_page(_record(_clip())).texts_of("h3")), "one window needs no times"


def test_an_attribution_becomes_a_heat_map_with_words():
    values = [[0.0, 0.1], [-0.2, 0.05]]
    attribution = {"label": "sad", "probability": 0.83, "method": "occlusion", "parts": ["head", "trunk"]}
    attribution |= {"bounds_s": [0.0, 1.0, 2.0], "values": values, "per_part": [0.12, -0.3], "per_second": [0.0, 0.2]}
    view = html_report.section(_record(_clip(), attribution=attribution), _clip(), "a", 1)
    for words in ("whole body", "head +0.12", "trunk −0.30"):
        assert f">{words}</text>" in view["picture"]
    cells = _tooltips(view["picture"])
    assert cells["head, 0.0–1.0 s: +0.00"] == "#ffffff"
    assert cells["trunk, 0.0–1.0 s: −0.20"] == "#b35806" and cells["whole body, 1.0–2.0 s: +0.20"] == "#542788"
    assert len(view["captions"]) == 1 and "Strongest: head, 1.0–2.0 s." in view["captions"][0]
    without = html_report.section(_record(_clip()), _clip(), "a", 1)
    assert not without["captions"] and "What counted for" not in without["picture"]


@pytest.mark.parametrize(
    "changes",
    [
        {"explanation": "", "evidence": []},
        {"scores": {f"label {number}": 1 / 40 for number in range(40)} | {"sad": 0.1}},
        {"question": "What do the arms do?", "dropped_claims": 3},
    ],
)
def test_sparse_and_crowded_records_become_pages_too(changes):
    page = _page(_record(_clip(), **changes))
    assert record_view.LIMITS in page.texts_of("p")


def test_a_page_of_several_clips_lists_them_and_shows_the_error_of_the_one_that_failed():
    page = _page(_record(_clip()), _error(), _record(_clip(), label="happy"))
    assert page.texts_of("nav")[0].count("%") == 2 and "broken.bvh could not be explained" in page.texts_of("nav")[0]
    assert len(page.texts_of("article")) == 3
    assert "line 3: expected JOINT" in page.texts_of("article")[1]
    assert not _page(_record(_clip())).texts_of("nav")


# ---------------------------------------------------------------------------------------------------------- the script


def _node(program: str, tmp_path: Path):
    """Runs a program with the functions of the page's script and returns what it prints."""
    if shutil.which("node") is None:
        pytest.skip("node, which runs the script of the page, is not installed")
    script = tmp_path / "player.js"
    shutil.copy(Path(html_report.__file__).parent / "templates" / "player.js", script)
    (tmp_path / "try.js").write_text(f"const page = require('./player.js');\n{program}", encoding="utf-8")
    done = subprocess.run(["node", "try.js"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_script_reads_the_embedded_joints_and_projects_them_as_the_drawing_does(tmp_path):
    clip = _clip()
    moving = _movement(_html(_record(clip)))
    (tmp_path / "data.json").write_text(json.dumps(moving), encoding="utf-8")
    found = _node(
        """
        const movement = new page.Movement(require("./data.json"));
        const points = Array.from({length: 22}, (_, joint) => movement.joint(50, joint, movement.yaw, 0));
        const at = (seconds, chosen) => page.claimsAt(movement.claims, seconds, chosen).map((claim) => claim.row);
        console.log(JSON.stringify({points, seconds: movement.seconds(50), early: at(1, []), late: at(5, []),
                                    chosen: at(1, [2])}));
        """,
        tmp_path,
    )
    flat, depth = rendering.project_around_pelvis(clip.joints)
    assert np.array(found["points"])[:, :2] == pytest.approx(flat[50], abs=2e-3)
    assert np.array(found["points"])[:, 2] == pytest.approx(depth[50], abs=2e-3)
    assert found["seconds"] == pytest.approx(50 / 30)
    assert (found["early"], found["late"], found["chosen"]) == ([0], [0, 1], [2])


# ----------------------------------------------------------------------------------------------------------- the files


def _add_all(path: Path) -> list[Path]:
    clip = _clip()
    with report_writing.open_report(path, 3) as report:
        report.add([_record(clip)], [clip])
        report.add([_error()], [])
        report.add([_record(clip), _record(clip)], [clip, clip])
    return report.written


def test_a_page_and_a_document_hold_all_clips(tmp_path):
    assert _add_all(tmp_path / "new" / "all.html") == [tmp_path / "new" / "all.html"]
    page = _Page((tmp_path / "new" / "all.html").read_text(encoding="utf-8"))
    assert len(page.texts_of("article")) == 4 and "walk.bvh, person 2" in page.texts_of("nav")[0]
    assert _add_all(tmp_path / "new" / "all.pdf") == [tmp_path / "new" / "all.pdf"]
    assert len(re.findall(rb"/Type /Page\b", (tmp_path / "new" / "all.pdf").read_bytes())) == 4


def test_several_pictures_are_numbered_and_a_failed_clip_has_one_with_its_error(tmp_path):
    written = _add_all(tmp_path / "walk.svg")
    assert [path.name for path in written] == [f"walk-{number}.svg" for number in (1, 2, 3, 4)]
    assert [b'id="error"' in path.read_bytes() for path in written] == [False, True, False, False]


def test_a_file_name_with_invalid_bytes_does_not_break_the_page(tmp_path):
    with report_writing.open_report(tmp_path / "a.html", 1) as report:
        report.add([_record(_clip(), source="caf\udce9.bvh")], [_clip()])
    assert "caf?.bvh" in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_recordings_before_a_failure_are_still_written(tmp_path):
    with pytest.raises(RuntimeError), report_writing.open_report(tmp_path / "a.html", 2) as report:
        report.add([_record(_clip())], [_clip()])
        raise RuntimeError("the model ran out of memory")
    assert (tmp_path / "a.html").is_file()


@pytest.mark.parametrize("name", ["walk.htm", "walk"])
def test_another_suffix_is_refused_with_a_list_of_the_possible_ones(name):
    with pytest.raises(ValueError, match=r"\.html, \.png, \.pdf, \.svg"):
        report_writing.open_report(name, 1)


# --------------------------------------------------------------------------------------------------------- the command


class _Pipe:
    """A pipeline without a model: a record for each clip, an error for a file that cannot be read."""

    feature_extractor = EaiSkeletonFeatureExtractor()

    def __call__(self, clips, **_):
        for path in clips:
            try:
                yield _record(self.feature_extractor.clips(path)[0], source=path)
            except ValueError as error:
                yield _error(path, str(error))


def test_the_command_reports_several_clips_in_one_page_and_goes_on_after_a_bad_one(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(explain_command, "load_quietly", lambda *_: _Pipe())
    for name in ("a", "c"):
        np.savez(tmp_path / f"{name}.npz", joints=_clip().joints, fps=30.0, joint_names=np.array(JOINT_NAMES))
    (tmp_path / "b.npz").write_bytes(b"this is no archive")
    parser = argparse.ArgumentParser()
    explain_command.register(parser.add_subparsers())
    args = parser.parse_args(["explain", str(tmp_path), "--report", str(tmp_path / "all.html")])
    assert args.run(args) == 1
    page = _Page((tmp_path / "all.html").read_text(encoding="utf-8"))
    found = ["could not be explained" in article for article in page.texts_of("article")]
    assert found == [False, True, False]
    assert f"report: {tmp_path / 'all.html'}" in capsys.readouterr().err
