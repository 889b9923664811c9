"""Pictures: what is drawn, what is left out, and how the command handles files that it cannot draw."""

import argparse
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from PIL import Image

from eai_llm_hf import EaiSkeletonFeatureExtractor
from eai_llm_hf.cli.main import explain as explain_command
from eai_llm_hf.cli.main import render as render_command
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.tree import BODY_PARTS, JOINT_INDEX, JOINT_NAMES
from eai_llm_hf.report import picture_page, record_picture, rendering, report_writing

HEIGHTS = {"head": 1.55, "neck": 1.45, "collar": 1.4, "shoulder": 1.4, "elbow": 1.15, "wrist": 0.9, "spine3": 1.3}
HEIGHTS |= {"spine2": 1.15, "spine1": 1.05, "pelvis": 0.95, "hip": 0.9, "knee": 0.5, "ankle": 0.08, "foot": 0.02}


def _clip(frames: int = 60, absent: tuple[str, ...] = (), stride: float = 0.3) -> UnifiedClip:
    """A person who walks forward and swings the arms."""
    joints = np.zeros((frames, len(JOINT_NAMES), 3), np.float32)
    seconds = np.arange(frames) / 30
    for index, name in enumerate(JOINT_NAMES):
        side = 1 if name.startswith("left") else -1 if name.startswith("right") else 0
        kind = name.removeprefix("left_").removeprefix("right_")
        swing = stride * side * {"wrist": 1, "elbow": 0.5, "ankle": -1, "foot": -1, "knee": -0.5}.get(kind, 0)
        joints[:, index, 0] = side * (0.18 if kind in ("shoulder", "elbow", "wrist") else 0.1)
        joints[:, index, 1] = HEIGHTS[kind]
        joints[:, index, 2] = seconds + swing * np.sin(2 * np.pi * seconds) + 0.12 * (kind == "foot")
    mask = np.array([name not in absent for name in JOINT_NAMES])
    joints[:, ~mask] = 0.0
    report = {"layout": "smpl22", "frames": frames, "fps": 30.0, "missing_joints": list(absent)}
    return UnifiedClip(joints=joints, joint_mask=mask, report=report)


def _evidence(claim: str, part: str, descriptor: str, holds: bool | None = True, **changes) -> dict:
    item = {"claim": claim, "body_part": part, "descriptor": descriptor, "direction": "low", "degree": "plain"}
    item |= {"span": "whole", "value": -21.4}
    return item | {"unit": "deg", "percentile": 3.1, "start_s": 0.0, "end_s": 2.0, "holds": holds} | changes


def _record(clip: UnifiedClip, **changes) -> dict:
    record = {
        "source": "walk.bvh",
        "label": "sad",
        "score": 0.83,
        "scores": {"sad": 0.83, "happy": 0.17},
        "explanation": "The movement looks sad. The head is bowed.",
        "evidence": [
            _evidence("the head is bowed", "head", "head_pitch"),
            _evidence("the knees are bent", "legs", "knee_flexion"),
        ],
        "segments": [{"start_s": 0.0, "end_s": len(clip.joints) / 30, "label": "sad", "score": 0.83}],
        "skeleton": dict(clip.report),
        "model": "tiny",
    }
    return record | changes


def _axes(width: float = 10.0, height: float = 3.0):
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure.add_axes((0, 0, 1, 1))


def _bones(axes, part: str) -> list[LineCollection]:
    return [item for item in axes.collections if isinstance(item, LineCollection) and item.get_gid() == part]


def _colours(axes, part: str) -> set[str]:
    return {to_hex(item.get_color()[0]) for item in _bones(axes, part)}


def _drawn(monkeypatch, record, clip, path) -> Figure:
    """Draws a record and returns its figure."""
    pages = []
    save = picture_page.Page.save
    monkeypatch.setattr(picture_page.Page, "save", lambda page, target: (pages.append(page), save(page, target)))
    record_picture.draw_record(record, clip, path)
    return pages[0].figure


def _gids(figure: Figure) -> list[str | None]:
    return [item.get_gid() for item in figure.findobj()]


# ----------------------------------------------------------------------------------------------------------- the strip


def test_every_body_part_is_drawn_once_a_step():
    axes = _axes()
    rendering.draw_strip(axes, _clip(), steps=5)
    assert {part: len(_bones(axes, part)) for part in BODY_PARTS} == dict.fromkeys(BODY_PARTS, 5)


def test_absent_joints_are_not_drawn():
    axes = _axes()
    rendering.draw_strip(axes, _clip(absent=("right_elbow", "right_wrist", "right_shoulder", "left_foot")), steps=4)
    assert not [item for item in axes.collections if item.get_gid() == "right arm"]
    assert "trail right_wrist" not in [line.get_gid() for line in axes.lines]
    assert [len(item.get_segments()) for item in _bones(axes, "left leg")] == [2] * 4
    assert [len(item.get_segments()) for item in _bones(axes, "right leg")] == [3] * 4
    heights = [
        y
        for item in axes.collections
        if isinstance(item, LineCollection)
        for s in item.get_segments()
        for y in s[:, 1]
    ]
    assert min(heights) > 0.01  # an absent joint lies at the origin


def test_a_bone_spans_a_missing_joint():
    axes = _axes()
    rendering.draw_strip(axes, _clip(absent=("left_elbow",)), steps=1)
    (arm,) = _bones(axes, "left arm")
    assert sorted(round(float(y), 2) for y in arm.get_segments()[0][:, 1]) == [HEIGHTS["wrist"], HEIGHTS["shoulder"]]


def test_highlighted_parts_have_the_highlight_colour_and_no_other_part_does():
    axes = _axes()
    rendering.draw_strip(axes, _clip(), steps=3, highlight={"arms", "head"})
    marked = {part for part in BODY_PARTS if _colours(axes, part) == {picture_page.HIGHLIGHT.lower()}}
    assert marked == {"left arm", "right arm", "head"}


def test_left_and_right_differ_in_colour():
    axes = _axes()
    rendering.draw_strip(axes, _clip(), steps=1)
    assert _colours(axes, "left arm") != _colours(axes, "right arm")
    assert _colours(axes, "left leg") != _colours(axes, "right leg")


@pytest.mark.parametrize("steps", [2, 8, 20])
def test_figures_do_not_overlap_and_keep_their_height(steps):
    axes = _axes()
    rendering.draw_strip(axes, _clip(stride=0.6), steps=steps)
    figures: dict[int, list] = {}
    for item in axes.collections:
        if isinstance(item, LineCollection):
            figures.setdefault(int(item.get_zorder() // 10), []).extend(np.concatenate(item.get_segments()))
    ranges = sorted((min(p[0] for p in points), max(p[0] for p in points)) for points in figures.values())
    assert len(ranges) == steps
    assert all(left[1] < right[0] for left, right in zip(ranges, ranges[1:], strict=False))
    assert max(p[1] for p in figures[1]) == pytest.approx(HEIGHTS["head"], abs=1e-5)


def test_times_are_written_in_seconds_of_the_recording():
    axes = _axes()
    rendering.draw_strip(axes, _clip(91), steps=2, start_s=1.0, end_s=3.0)
    assert [text.get_text() for text in axes.texts] == ["1.0 s", "3.0 s"]


def test_a_clip_of_fewer_frames_than_steps_shows_each_frame_once():
    axes = _axes()
    rendering.draw_strip(axes, _clip(3), steps=8)
    assert len(_bones(axes, "trunk")) == 3


def test_the_body_leaning_forward_leans_along_the_time():
    clip = _clip()
    clip.joints[:, JOINT_INDEX["head"], 2] += 0.4
    axes = _axes()
    rendering.draw_strip(axes, clip, steps=1)
    (neck_to_head,) = _bones(axes, "head")[0].get_segments()
    top, bottom = sorted(neck_to_head.tolist(), key=lambda point: -point[1])
    assert top[0] > bottom[0] + 0.1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 0}, "at least 1 step, found 0"),
        ({"highlight": {"tail"}}, "Unknown body part 'tail'"),
        ({"start_s": 5.0}, "outside the clip, which lasts 2 s"),
    ],
)
def test_a_strip_that_cannot_be_drawn_is_refused_with_the_reason(options, message):
    with pytest.raises(ValueError, match=message):
        rendering.draw_strip(_axes(), _clip(), **options)


# ---------------------------------------------------------------------------------------------------------- the record


def test_the_drawing_of_a_record_has_the_documented_width(tmp_path):
    clip = _clip()
    record_picture.draw_record(_record(clip), clip, tmp_path / "new" / "walk.png")
    with Image.open(tmp_path / "new" / "walk.png") as picture:
        assert picture.width == picture_page.PICTURE_WIDTH * picture_page.DPI
        assert 800 < picture.height < 2000
        assert np.asarray(picture.convert("L")).std() > 10


@pytest.mark.parametrize(("suffix", "start"), [(".pdf", b"%PDF"), (".svg", b"<?xml")])
def test_pdf_and_svg_files_have_their_format(tmp_path, suffix, start):
    clip = _clip()
    record_picture.draw_record(_record(clip), clip, tmp_path / f"walk{suffix}")
    assert (tmp_path / f"walk{suffix}").read_bytes().startswith(start)


@pytest.mark.parametrize("name", ["walk.jpg", "walk"])
def test_another_suffix_is_refused_with_a_list_of_the_possible_ones(tmp_path, name):
    clip = _clip()
    with pytest.raises(ValueError, match=r"\.png, \.pdf, \.svg"):
        record_picture.draw_record(_record(clip), clip, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_body_parts_named_in_the_explanation_are_highlighted_and_only_measured_ones_are_not(monkeypatch, tmp_path):
    clip = _clip()
    strip = _drawn(monkeypatch, _record(clip), clip, tmp_path / "a.png").axes[0]
    assert _colours(strip, "head") == {picture_page.HIGHLIGHT.lower()}
    assert picture_page.HIGHLIGHT.lower() not in _colours(strip, "left leg")


def test_a_claim_about_a_third_is_highlighted_in_the_figures_of_that_third(monkeypatch, tmp_path):
    clip = _clip(180)
    item = _evidence("towards the end the head is bowed", "head", "head_pitch", span="end", start_s=4.0, end_s=6.0)
    record = _record(clip, evidence=[item], explanation="Towards the end the head is bowed.")
    strip = _drawn(monkeypatch, record, clip, tmp_path / "a.png").axes[0]
    seconds = [float(text.get_text().removesuffix(" s")) for text in strip.texts]
    figures = sorted(_bones(strip, "head"), key=lambda item: item.get_zorder())
    lit = [to_hex(item.get_color()[0]) == picture_page.HIGHLIGHT.lower() for item in figures]
    assert lit[0] is False and lit[-1] is True and seconds[0] == 0.0
    assert all(is_lit == (second >= 4.0) for is_lit, second in zip(lit, seconds, strict=True) if abs(second - 4) > 0.1)


def test_the_band_in_which_a_claim_holds_is_drawn_by_its_direction_and_degree(monkeypatch, tmp_path):
    clip = _clip()
    strong = _evidence("the knees are clearly bent", "legs", "knee_flexion", direction="high", degree="strong")
    record = _record(clip, evidence=[_evidence("the head is bowed", "head", "head_pitch"), strong])
    figure = _drawn(monkeypatch, record, clip, tmp_path / "a.png")
    bands = figure.findobj(lambda item: item.get_gid() == "where it holds")
    assert [(band.get_x(), band.get_x() + band.get_width()) for band in bands] == [(0.0, 40.0), (80.0, 100.0)]


def test_an_attribution_is_drawn_below_the_figures_part_by_part(monkeypatch, tmp_path):
    clip = _clip()
    attribution = {"label": "sad", "parts": ["head", "trunk"], "bounds_s": [0.0, 1.0, 2.0]}
    attribution |= {"values": [[0.1, 0.0], [-0.2, 0.0]], "per_part": [0.1, -0.1], "per_second": [0.0, 0.2]}
    figure = _drawn(monkeypatch, _record(clip, attribution=attribution), clip, tmp_path / "a.png")
    cells = figure.findobj(lambda item: str(item.get_gid()).startswith("tooltip"))
    assert len(cells) == 6
    colours = [to_hex(cell.get_facecolor()) for cell in cells]
    assert colours[3] == "#ffffff" and colours[4] == "#b35806" and colours[1] == "#542788"
    without = _drawn(monkeypatch, _record(clip), clip, tmp_path / "b.png")
    assert not any(str(gid).startswith("tooltip") for gid in _gids(without))


def test_a_claim_that_fails_is_struck_through_crossed_and_not_highlighted(monkeypatch, tmp_path):
    clip = _clip()
    record = _record(clip)
    assert "struck through" not in _gids(_drawn(monkeypatch, record, clip, tmp_path / "a.png"))
    record["evidence"][0]["holds"] = False
    figure = _drawn(monkeypatch, record, clip, tmp_path / "b.png")
    assert _gids(figure).count("struck through") == 1
    assert [line.get_marker() for line in figure.findobj(lambda item: item.get_gid() == "failed")] == ["x"]
    assert picture_page.HIGHLIGHT.lower() not in _colours(figure.axes[0], "head")


def test_a_long_recording_shows_its_segments_and_the_figures_of_the_explained_one(monkeypatch, tmp_path):
    clip = _clip(900)
    segments = [
        {"start_s": 0.0, "end_s": 10.0, "label": "happy", "score": 0.6},
        {"start_s": 10.0, "end_s": 20.0, "label": "sad", "score": 0.9},
        {"start_s": 20.0, "end_s": 30.0, "label": "sad", "score": 0.8},
    ]
    evidence = [_evidence("the head is bowed", "head", "head_pitch", start_s=10.0, end_s=20.0)]
    record = _record(clip, segments=segments, evidence=evidence)
    figure = _drawn(monkeypatch, record, clip, tmp_path / "a.png")
    patches = figure.findobj(lambda item: isinstance(item, Patch) and str(item.get_gid()).startswith("tooltip"))
    words = [" ".join(str(patch.get_gid()).split()[3:]) for patch in patches]
    assert words == ["happy 60%", "sad 90%", "sad 80%"]
    assert patches[1].get_facecolor() == patches[2].get_facecolor() != patches[0].get_facecolor()
    assert figure.axes[0].texts[0].get_text() == "10.0 s"


@pytest.mark.parametrize(
    "changes",
    [
        {"evidence": [], "explanation": ""},
        {"evidence": [_evidence("the head is bowed", "head", "head_pitch", None, value=None, percentile=None)]},
        {
            "question": "What does $x_1^ do?",
            "explanation": "word" * 200,
            "label": "$\\frac{",
            "scores": {"$\\frac{": 1.0},
        },
        {"scores": {f"label {number}": 1 / 40 for number in range(40)} | {"sad": 0.1}},
        {"source": "recordings/" + "long-name" * 30 + ".bvh"},
    ],
)
def test_sparse_and_crowded_records_stay_inside_the_picture(monkeypatch, tmp_path, changes):
    clip = _clip()
    figure = _drawn(monkeypatch, _record(clip, **changes), clip, tmp_path / "a.png")
    width, height = figure.canvas.get_width_height()
    for text in figure.texts:
        box = text.get_window_extent()
        assert -1 <= box.x0 and box.x1 <= width + 1 and -1 <= box.y0 and box.y1 <= height + 1, text.get_text()


def test_an_error_record_is_refused(tmp_path):
    record = {"source": "walk.bvh", "error": {"type": "MotionError", "message": "no frames"}}
    with pytest.raises(ValueError, match="no frames"):
        record_picture.draw_record(record, _clip(), tmp_path / "a.png")


# --------------------------------------------------------------------------------------------------------- the command


def _render(*arguments: str | Path) -> int:
    parser = argparse.ArgumentParser()
    render_command.register(parser.add_subparsers())
    args = parser.parse_args(["render", *map(str, arguments)])
    return args.run(args)


def _save(path: Path, clip: UnifiedClip | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, joints=(clip or _clip()).joints, fps=30.0, joint_names=np.array(JOINT_NAMES))
    return path


def test_one_clip_is_drawn_as_the_named_picture(tmp_path, capsys):
    assert _render(_save(tmp_path / "walk.npz"), "-o", tmp_path / "picture.png", "--steps", "3") == 0
    with Image.open(tmp_path / "picture.png") as picture:
        assert picture.width == picture_page.PICTURE_WIDTH * picture_page.DPI
    assert capsys.readouterr().out == f"{tmp_path / 'picture.png'}\n"


def test_a_broken_file_among_good_ones_is_named_and_the_others_are_drawn(tmp_path, capsys):
    folder = tmp_path / "clips"
    _save(folder / "a.npz")
    (folder / "broken.npz").write_bytes(b"this is no archive")
    _save(folder / "c.npz")
    assert _render(folder, tmp_path / "missing.bvh", "-o", tmp_path / "pictures") == 1
    assert sorted(path.name for path in (tmp_path / "pictures").iterdir()) == ["a.png", "c.png"]
    errors = [line for line in capsys.readouterr().err.splitlines() if line.startswith("eai-llm: ")]
    assert [line.split(": ")[1] for line in errors] == [str(folder / "broken.npz"), str(tmp_path / "missing.bvh")]
    assert all(line.count("broken.npz") <= 1 for line in errors)


def test_clips_of_one_name_in_two_folders_do_not_overwrite_each_other(tmp_path):
    clips = [_save(tmp_path / folder / "walk.npz") for folder in ("a", "b")]
    assert _render(*clips, "-o", tmp_path / "pictures") == 0
    assert sorted(path.name for path in (tmp_path / "pictures").iterdir()) == ["walk.png", "walk_2.png"]


def test_an_animation_plays_in_real_time(tmp_path):
    assert _render(_save(tmp_path / "walk.npz"), "-o", tmp_path / "walk.svg", "--animate") == 0
    with Image.open(tmp_path / "walk.gif") as animation:
        assert animation.n_frames * animation.info["duration"] == pytest.approx(2000, abs=80)
        first = np.asarray(animation.convert("L"), dtype=float)
        animation.seek(7)
        assert np.abs(np.asarray(animation.convert("L")) - first).max() > 50


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-o", "a.jpg"), "a.jpg: a picture is written as"),
        (("-o", "out", "--steps", "0"), "--steps must be at least 1"),
    ],
)
def test_invalid_arguments_are_refused(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        _render(_save(tmp_path / "walk.npz"), *arguments)


def test_several_clips_need_a_folder(tmp_path):
    with pytest.raises(ValueError, match="names one picture for 2 clips"):
        _render(_save(tmp_path / "a.npz"), _save(tmp_path / "b.npz"), "-o", tmp_path / "a.png")


class _Pipe:
    """A pipeline without a model: a record for each person."""

    feature_extractor = EaiSkeletonFeatureExtractor()

    def __call__(self, clips, **_):
        for path in clips:
            records = [_record(clip, source=path) for clip in self.feature_extractor.clips(path)]
            yield records if len(records) > 1 else records[0]


def _explain(*arguments: str | Path) -> int:
    parser = argparse.ArgumentParser()
    explain_command.register(parser.add_subparsers())
    args = parser.parse_args(["explain", *map(str, arguments)])
    return args.run(args)


def test_a_report_of_one_person_is_the_named_picture(monkeypatch, tmp_path):
    monkeypatch.setattr(explain_command, "load_quietly", lambda *_: _Pipe())
    assert _explain(_save(tmp_path / "in" / "walk.npz"), "--report", tmp_path / "report.png") == 0
    assert [path.name for path in tmp_path.glob("*.png")] == ["report.png"]


def test_in_a_report_each_person_is_drawn_with_their_own_body(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(explain_command, "load_quietly", lambda *_: _Pipe())
    drawn = []
    draw = report_writing.record_page
    monkeypatch.setattr(report_writing, "record_page", lambda *given: (drawn.append(given), draw(*given))[1])
    people = np.stack([_clip().joints, _clip(stride=0.9).joints])
    np.savez(tmp_path / "pair.npz", joints=people, fps=30.0, joint_names=np.array(JOINT_NAMES))
    assert _explain(tmp_path / "pair.npz", "--report", tmp_path / "report.png") == 0
    assert sorted(path.name for path in tmp_path.glob("*.png")) == ["report-1.png", "report-2.png"]
    assert [title for *_, title in drawn] == ["pair.npz, person 1", "pair.npz, person 2"]
    swings = [np.ptp(clip.joints[:, JOINT_INDEX["left_wrist"], 2] - clip.joints[:, 0, 2]) for _, clip, _ in drawn]
    assert swings[1] > 2 * swings[0]
    assert str(tmp_path / "report-2.png") in capsys.readouterr().err


def test_a_report_with_an_impossible_suffix_is_refused_before_the_model_is_loaded(monkeypatch, tmp_path):
    monkeypatch.setattr(explain_command, "load_quietly", lambda *_: pytest.fail("the model was loaded"))
    with pytest.raises(ValueError, match=r"\.png, \.pdf, \.svg"):
        _explain(_save(tmp_path / "walk.npz"), "--report", tmp_path / "report.jpg")


def test_drawing_never_imports_pyplot(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)  # importing it raises
    rendering.save_strip(_clip(), tmp_path / "a.png", steps=2)
    rendering.save_animation(_clip(6), tmp_path / "a.gif")
    record_picture.draw_record(_record(_clip()), _clip(), tmp_path / "b.png")
