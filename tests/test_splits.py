"""Splits: what is tested was not learned from, and clips that are added move no others."""

import datasets
import numpy as np
import pytest
from conftest import make_clip
from hypothesis import given, settings
from hypothesis import strategies as st

from eai_llm_hf.corpora.splits import (
    PROTOCOLS,
    Fold,
    SplitError,
    check_no_leak,
    protocol_folds,
    refuse_shared_takes,
    split_of,
    split_rows,
)
from eai_llm_hf.processing.skeleton.tree import MIRROR
from eai_llm_hf.training import recipe_clips as recipe_module

YESTERDAY = [
    ["P01", "P05", "P08", "P13", "P17"],
    ["P03", "P04", "P06"],
    ["P07", "P10", "P18", "P19"],
    ["P14"],
    ["P00", "P02", "P09", "P11", "P12", "P15", "P16"],
]
THREE_HUNDRED = {"train": 187, "validation": 59, "test": 54}
FAMILIES = {"walk": "walks", "walk-back": "walks", "run": "runs", "dash": "runs"}


def clip(number: int, performer: str | None = "F01", content: str = "walk", corpus: str = "mine", **columns) -> dict:
    """A row without joints."""
    name = f"{performer}-{content}-{number}"
    row = {"clip_id": name, "corpus": corpus, "source": f"{name}.bvh", "performer": performer, "content": content}
    return row | {"family": FAMILIES.get(content, content)} | columns


def corpus(performers: int = 8, contents: tuple[str, ...] = tuple(FAMILIES), takes: int = 2) -> list[dict]:
    return [
        clip(take, f"P{performer:02}", content)
        for performer in range(performers)
        for content in contents
        for take in range(takes)
    ]


def joints(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(4 + seed % 3, 22, 3)).astype(np.float32)


def fold_of_each(rows: list[dict], folds: list[Fold]) -> dict[str, str]:
    """Clip id -> name of the fold that tests it."""
    return {rows[index]["clip_id"]: fold.name for fold in folds for index in fold.test}


# --------------------------------------------------------------------------------------------------------------- folds


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_each_clip_is_tested_once_and_learned_from_otherwise(protocol):
    rows = corpus()
    folds = protocol_folds(rows, protocol)
    assert len(folds) > 1 and sorted(index for fold in folds for index in fold.test) == list(range(len(rows)))
    for fold in folds:
        assert fold.test and fold.train and sorted(fold.test + fold.train) == list(range(len(rows)))
        check_no_leak(rows, fold)


@pytest.mark.parametrize("protocol", ["performer", "content", "family", "diema"])
def test_no_group_stands_on_both_sides(protocol):
    rows = corpus(performers=23, contents=tuple(f"scene{number}" for number in range(17)), takes=1)
    column = "performer" if protocol == "diema" else protocol
    for fold in protocol_folds(rows, protocol):
        assert not {rows[index][column] for index in fold.train} & {rows[index][column] for index in fold.test}


def test_all_walks_are_left_out_together_in_all_corpora():
    rows = corpus() + [clip(0, "G01", "walk", corpus="other")]
    by_family = {fold.name: {rows[index]["content"] for index in fold.test} for fold in protocol_folds(rows, "family")}
    assert by_family == {"family walks": {"walk", "walk-back"}, "family runs": {"run", "dash"}}
    by_content = {fold.name: len(fold.test) for fold in protocol_folds(rows, "content")}
    assert by_content["content walk"] == 17


def test_few_groups_are_left_out_one_by_one_and_many_dealt_to_folds():
    assert [fold.name for fold in protocol_folds(corpus(performers=3), "performer")] == [
        "performer P00", "performer P01", "performer P02",
    ]  # fmt: skip
    many = protocol_folds(corpus(performers=40), "performer")
    assert [fold.name for fold in many] == [f"performer, fold {number} of 5" for number in range(1, 6)]
    contents = [f"scene{number}" for number in range(12)]
    assert len(protocol_folds(corpus(2, tuple(contents)), "content")) == 12
    assert len(protocol_folds(corpus(2, (*contents, "one more")), "content")) <= 5


def test_the_split_of_the_paper_is_four_to_one_and_marked_as_leaky():
    rows = corpus(performers=50, takes=5)
    folds = protocol_folds(rows, "random")
    assert all(fold.leaky and fold.name.endswith("(leaky)") for fold in folds) and "LEAKY" in PROTOCOLS["random"]
    assert all(0.15 < len(fold.test) / len(rows) < 0.25 for fold in folds)
    performers = [{rows[index]["performer"] for index in side} for side in (folds[0].train, folds[0].test)]
    assert performers[0] & performers[1], "what makes it leaky"
    assert not any(fold.leaky for fold in protocol_folds(rows, "performer"))


def test_people_and_windows_of_one_recording_stay_together_in_every_protocol():
    rows = [
        clip(take, f"P{take % 7}{suffix}", f"scene{take % 5}", clip_id=f"take{take}{suffix}", source=f"take{take}.c3d")
        for take in range(60)
        for suffix in ("", "#1", "#2")
    ]
    for protocol in PROTOCOLS:
        for fold in protocol_folds(rows, protocol):
            assert all(index // 3 * 3 in fold.test for index in fold.test)


def test_diema_deals_sorted_performers_round_robin_to_ten_folds():
    rows = [clip(take, f"JP_{performer:02}") for performer in range(23) for take in range(2)]
    folds = protocol_folds(rows, "diema", folds=3)
    assert [sorted({rows[index]["performer"] for index in fold.test}) for fold in folds][:4] == [
        ["JP_00", "JP_10", "JP_20"], ["JP_01", "JP_11", "JP_21"], ["JP_02", "JP_12", "JP_22"], ["JP_03", "JP_13"],
    ]  # fmt: skip
    assert len(folds) == 10


@settings(max_examples=80, deadline=None)
@given(
    protocol=st.sampled_from(["performer", "content", "family", "random"]),
    there=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=30, max_size=80, unique=True),
    added=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=40, unique=True),
    order=st.randoms(use_true_random=False),
)
def test_adding_clips_moves_no_other_clip(protocol, there, added, order):
    def rows_of(pairs):
        return [clip(0, f"P{performer}", f"scene{content}") for performer, content in pairs]

    before, after = rows_of(there), rows_of(dict.fromkeys(there + added))
    many = 12  # up to here groups are left out one by one, and an additional fold may appear
    if protocol != "random" and len({row[protocol] for row in before}) <= many:
        return
    order.shuffle(after)
    sides, later = (fold_of_each(rows, protocol_folds(rows, protocol)) for rows in (before, after))
    assert {name: later[name] for name in sides} == sides


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 9)), min_size=5, unique=True), st.integers(0, 11))
def test_where_groups_are_left_out_one_by_one_a_new_group_is_a_new_fold(pairs, new):
    rows = [clip(take, content=f"scene{content}") for content, take in pairs]
    more = [*rows, clip(99, content=f"scene{new}")]
    if len({row["content"] for row in rows}) < 2:
        return
    sides, later = (fold_of_each(given_rows, protocol_folds(given_rows, "content")) for given_rows in (rows, more))
    assert {name: later[name] for name in sides} == sides


def test_folds_are_those_of_yesterday():
    rows = corpus(performers=20, takes=1)
    folds = protocol_folds(rows, "performer")
    assert [sorted({rows[index]["performer"] for index in fold.test}) for fold in folds] == YESTERDAY


# ---------------------------------------------------------------------------------------------- what cannot be divided


def test_a_corpus_without_performers_is_named_with_what_to_use_instead():
    rows = corpus() + [clip(number, None, corpus="bandai1") for number in range(3)]
    with pytest.raises(
        SplitError, match=r"No performer is named in bandai1 \(3 of 3 clips\); use .*'family' or 'cont"
    ):
        protocol_folds(rows, "performer")
    with pytest.raises(SplitError, match="No performer .* name them, or leave"):
        protocol_folds([clip(0, None, content="", family="")], "diema")
    assert protocol_folds(rows, "family")


@pytest.mark.parametrize(
    ("rows", "arguments", "words"),
    [
        (corpus(), {"protocol": "lucky"}, "no protocol 'lucky', expected one of performer, content, family, random"),
        (corpus(), {"protocol": "random", "folds": 1}, "at least 2 folds, found 1"),
        (corpus(performers=1), {"protocol": "performer"}, r"All 8 clips have the same performer \(P00\)"),
        ([clip(0)], {"protocol": "random"}, "All 1 clips have the same recording"),
    ],
)
def test_what_cannot_be_divided_is_told(rows, arguments, words):
    with pytest.raises(SplitError, match=words):
        protocol_folds(rows, **arguments)


# --------------------------------------------------------------------------------------------------------------- takes


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (clip(0), clip(0), r"F01-walk-0 \(train\) and F01-walk-0 \(test\) are the same clip"),
        (clip(0, clip_id="duet"), clip(1, clip_id="duet#1"), r"duet \(train\) and duet#1 \(test\) are of one record"),
        (clip(0, source="long.bvh"), clip(1, source="long.bvh"), "are cut from one file"),
        (clip(0, joints=joints(1)), clip(1, joints=joints(1)), "are the same movement"),
        (clip(0, joints=joints(1)), clip(1, joints=joints(1)[:, list(MIRROR)] * [-1, 1, 1]), "are the same movement"),
        (clip(0, joints=joints(1)), clip(1, corpus="copy", joints=joints(1)), "are the same movement"),
    ],
)
def test_a_take_on_both_sides_is_refused_and_named(one, other, words):
    with pytest.raises(SplitError, match=f"A take stands on two sides: .*{words}"):
        check_no_leak([one, other], Fold("mine", [0], [1]))
    check_no_leak([one, other], Fold("mine", [0, 1], []))


def test_what_only_looks_like_one_take_is_let_through():
    check_no_leak(
        [
            clip(0, joints=joints(1)),
            clip(0, corpus="another corpus with the same names", joints=joints(2)),
            clip(2, corpus="generated-cmu31", source="generated"),
            clip(3, corpus="generated-cmu31", source="generated"),
        ],
        Fold("mine", [0, 2], [1, 3]),
    )


def test_of_many_shared_takes_the_first_are_named():
    rows = [clip(number // 2) for number in range(20)]
    with pytest.raises(SplitError, match=r"walk-4 \(train\) and .*; and 5 more\. Leave one"):
        check_no_leak(rows, Fold("mine", list(range(0, 20, 2)), list(range(1, 20, 2))))


def test_a_row_on_both_sides_or_out_of_range_is_refused():
    with pytest.raises(SplitError, match=r"mine: row 1 \(F01-walk-1\) stands on both sides"):
        check_no_leak([clip(0), clip(1)], Fold("mine", [0, 1], [1]))
    with pytest.raises(SplitError, match="mine: there is no row 2 among the 2"):
        check_no_leak([clip(0), clip(1)], Fold("mine", [0], [2]))


def test_folds_that_would_tear_a_take_apart_are_refused():
    rows = corpus() + [clip(0, "P00", "run", clip_id="cut", source="P00-walk-0.bvh")]
    with pytest.raises(SplitError, match="P00-walk-0 .* and cut .* are cut from one file"):
        protocol_folds(rows, "content")
    assert protocol_folds(rows, "performer")


def test_rows_may_be_a_dataset_and_give_the_same_folds():
    rows = [row | {"joints": joints(index)} for index, row in enumerate(corpus(takes=1))]
    features = datasets.Features(
        {name: datasets.Value("string") for name in rows[0] if name != "joints"}
        | {"joints": datasets.Array3D(shape=(None, 22, 3), dtype="float32")}
    )
    made = datasets.Dataset.from_list(rows, features=features)
    for dataset in (made, made.with_format("numpy")):
        assert protocol_folds(dataset, "performer") == protocol_folds(rows, "performer")
        check_no_leak(dataset, protocol_folds(dataset, "content")[0])
    twice = datasets.concatenate_datasets(
        [made, made.remove_columns("corpus").add_column("corpus", ["x"] * len(made))]
    )
    with pytest.raises(SplitError, match="the same movement"):
        refuse_shared_takes(twice, ["train"] * len(made) + ["test"] * len(made))


# ---------------------------------------------------------------------------------------------- the side in a training


def test_the_side_in_a_training_is_what_it_always_was():
    made = [{"source": "generated", "performer": f"generated-{number}"} for number in range(5)]
    assert [split_of(row, [], []) for row in made] == ["test", "validation", "train", "train", "train"]
    assert split_of(clip(0, content="bow"), ["bow"], ["bow"]) == "test"
    assert split_of(clip(0, content="bow"), [], ["bow"]) == "validation"
    assert split_of(clip(0, corpus="bandai2"), ["bow"], []) == "train"
    sides = [split_of(clip(0, content=f"scene{number}"), [], []) for number in range(300)]
    assert {side: sides.count(side) for side in ("train", "validation", "test")} == THREE_HUNDRED


def test_a_corpus_that_training_did_not_know_is_tested_whole(monkeypatch):
    contents = ("bow", "walk", "guide")
    rows = [
        clip(number, corpus=corpus, content=content, label="sad", joints=joints(number))
        for number, (corpus, content) in enumerate(
            (corpus, content) for corpus in ("bandai1", "generated-a", "bandai2_styles") for content in contents
        )
    ]
    monkeypatch.setattr(recipe_module, "load_corpora", lambda specs, seed: [rows])
    training = {"labels": ["sad"], "held_out": ["bow"], "validation": ["guide"], "seed": 0}

    def tested(**seen):
        splits = recipe_module.held_out_splits(["all"], training | seen)
        assert sum(map(len, splits.values())) == len(rows)
        return [f"{row['corpus']} {row['content']}" for row in splits["test"]]

    assert tested(corpora=["generated:9", "bandai1", "bandai2"]) == [
        *("bandai1 bow", "generated-a bow", "bandai2_styles bow")
    ]
    unseen = tested(corpora=["prepared"], clips_of=["generated-b", "bandai2"])
    assert sorted(unseen) == sorted(
        [*("bandai1 bow", "bandai1 walk", "bandai1 guide"), *("generated-a bow", "bandai2_styles bow")]
    )


def test_a_training_refuses_a_copy_of_a_recording_on_the_other_side(monkeypatch):
    rows = [
        clip(0, corpus="bandai1", content="bow", joints=joints(1), label="sad"),
        clip(1, corpus="bandai1", content="walk", joints=joints(1), label="sad"),
    ]
    monkeypatch.setattr(recipe_module, "load_corpora", lambda specs, seed: [rows])
    assert len(recipe_module.load_splits(["mine"], ["sad"], [], [], 0)["train"]) == 2
    with pytest.raises(SplitError, match=r"F01-bow-0 \(test\) and F01-walk-1 \(train\) are the same movement"):
        recipe_module.load_splits(["mine"], ["sad"], ["bow"], [], 0)


# ------------------------------------------------------------------------------------------- performers in a training


def sides_of_performers(rows: list[dict], held_out=(), validation=()) -> dict[str, str]:
    """Performer -> side; each has one."""
    sides, _ = split_rows(rows, held_out, validation)
    found = {(row["performer"], side) for row, side in zip(rows, sides, strict=True)}
    assert len(found) == len(dict(found)), "a performer stands on two sides"
    return dict(found)


def labelled(names, corpus: str = "mine") -> list[dict]:
    """Two clips of each performer."""
    return [clip(take, name, f"scene{take}", corpus, label="sad") for name in names for take in range(2)]


@pytest.mark.parametrize("few", range(2, 9))
def test_of_few_performers_at_least_one_is_tested_and_one_is_trained_on(few):
    for number in range(60):
        sides = sides_of_performers(labelled(f"{number}-P{performer}" for performer in range(few)))
        assert {"train", "test"} <= set(sides.values())


def test_a_fifth_of_many_performers_is_tested_and_a_fifth_validates():
    sides = list(sides_of_performers(labelled(f"P{number}" for number in range(300))).values())
    assert 45 <= sides.count("test") <= 75 and 45 <= sides.count("validation") <= 75


def test_performers_that_are_added_move_none_to_the_test_side_that_was_trained_on():
    for number in range(60):
        names = [f"{number}-P{performer}" for performer in range(12)]
        for few in range(3, 12):
            before, after = (sides_of_performers(labelled(names[:count])) for count in (few, few + 1))
            moved = {(before[name], after[name]) for name in before if before[name] != after[name]}
            hashed = [split_of(clip(0, content=name), [], []) for name in names[:few]]
            if "train" in hashed:  # else the only one that is trained on was moved there
                assert ("train", "test") not in moved
            if {"train", "test"} <= set(hashed):
                assert moved == set()


def test_performers_that_are_named_are_held_out():
    rows = labelled(f"P{number}" for number in range(10))
    named = sides_of_performers(rows, ["P3", "P4"], ["P5"])
    assert (named["P3"], named["P4"], named["P5"]) == ("test", "test", "validation")
    notes = split_rows(rows, ["P3", "P4"], ["P5"])[1]
    assert len(notes) == 1 and "mine: whole performers are held out" in notes[0] and "P3" in notes[0]


def test_without_all_performers_contents_are_held_out_and_that_is_said():
    rows = labelled(f"P{number}" for number in range(10)) + [clip(9, None, "scene1", label="sad")]
    sides, notes = split_rows(rows, ["scene1"], [])
    assert {side for row, side in zip(rows, sides, strict=True) if row["family"] == "scene1"} == {"test"}
    assert notes == ["mine: 1 of 21 clips name no performer; contents are held out, not performers."]
    alone = [clip(take, "P1", f"scene{take}", label="sad") for take in range(4)]
    assert {"train", "test"} <= set(split_rows(alone, [], [])[0]), "of one performer contents are held out"


def test_clips_without_a_label_do_not_make_a_side():
    unlabelled = [clip(0, f"P{number}") for number in range(40)]
    rows = unlabelled + labelled(["A", "B"])
    assert {"train", "test"} <= {
        side for row, side in zip(rows, split_rows(rows, [], [])[0], strict=True) if "label" in row
    }


def test_files_that_share_a_take_stand_on_one_side():
    walk = make_clip(3, action="walk", duration_s=4.0).joints
    for number in range(12):
        rows = [
            clip(number, content=f"take{place}-{number}", label="sad", performer=None, joints=cut)
            for place, cut in enumerate((walk, walk[30:], make_clip(4, action="run", duration_s=3.0).joints))
        ]
        sides, notes = split_rows(rows, [], [])
        assert sides[0] == sides[1] != sides[2]
        assert notes == [
            "Clips that share a stretch of one take stand on one side: "
            f"None-take0-{number}-{number} with None-take1-{number}-{number}."
        ]
    with pytest.raises(SplitError, match="are parts of one take"):
        refuse_shared_takes(rows, ["train", "test", "test"])


def test_a_training_says_that_a_score_on_few_clips_is_rough(monkeypatch, caplog):
    few, many = (
        [clip(take, f"P{number}", label="sad") for number in range(20) for take in range(of)] for of in (1, 9)
    )
    for rows, rough in ((few, True), (many, False)):
        monkeypatch.setattr(recipe_module, "load_corpora", lambda specs, seed, rows=rows: [rows])
        caplog.clear()
        splits = recipe_module.load_splits(["mine"], ["sad"], [], [], 0)
        assert (
            f"The test side has {len(splits['test'])} labelled clips, too few for a precise score" in caplog.text
        ) == rough
    with pytest.raises(ValueError, match="A performer pattern is for folder=FOLDER; the corpora are mine"):
        recipe_module.load_splits(["mine"], ["sad"], [], [], 0, "(?P<performer>P)")
