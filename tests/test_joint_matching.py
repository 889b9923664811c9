"""The same body is found whatever the joints are called and in whatever order they come."""

import functools
import json
import random
from pathlib import Path

import numpy as np
import pytest
from conftest import make_clip
from hypothesis import given, settings
from hypothesis import strategies as st

from eai_llm_hf import EaiSkeletonFeatureExtractor
from eai_llm_hf.processing.reading.motion import Motion, MotionError
from eai_llm_hf.processing.skeleton.matching import match_joints
from eai_llm_hf.processing.skeleton.rig_files import as_list, check_rig, load_rigs, read_rig
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, JOINT_NAMES, PARENTS
from eai_llm_hf.processing.skeleton.unify import unify

SIDED = ("hip", "knee", "ankle", "foot", "collar", "shoulder", "elbow", "wrist")
MIDLINE = ("pelvis", "spine1", "spine2", "spine3", "neck", "head")


@functools.cache
def walk() -> np.ndarray:
    """(frames, 22, 3) metres: all joints of someone who walks."""
    clip = make_clip(1, emotion="happy", action="walk", rig="bandai22", duration_s=2.0)
    assert clip.joint_mask.all()
    return clip.joints


def family(midline: str, sided: str, left: str, right: str, others: str = "") -> tuple[dict[str, str], list[str]]:
    """Unified joint -> name in a family of names, "-" where it has none, and the other names of the family."""
    names = {joint: name for joint, name in zip(MIDLINE, midline.split("|"), strict=True) if name != "-"}
    for side, word in (("left", left), ("right", right)):
        for joint, name in zip(SIDED, sided.split("|"), strict=True):
            if name != "-":
                names[f"{side}_{joint}"] = name.replace("*", word)
    extra = [name.replace("*", word) for name in others.split("|") if name for word in (left, right)]
    return names, list(dict.fromkeys(extra))


FAMILIES = {
    "Mixamo": family(
        "mixamorig:Hips|mixamorig:Spine|mixamorig:Spine1|mixamorig:Spine2|mixamorig:Neck|mixamorig:Head",
        "mixamorig:*UpLeg|mixamorig:*Leg|mixamorig:*Foot|mixamorig:*ToeBase|mixamorig:*Shoulder|mixamorig:*Arm|"
        "mixamorig:*ForeArm|mixamorig:*Hand",
        "Left", "Right", "mixamorig:*HandThumb1|mixamorig:HeadTop_End|mixamorig:*Eye",
    ),
    "Unreal": family(
        "pelvis|spine_01|spine_02|spine_03|neck_01|head",
        "thigh_*|calf_*|foot_*|ball_*|clavicle_*|upperarm_*|lowerarm_*|hand_*",
        "l", "r", "root|ik_foot_*|ik_foot_root|upperarm_twist_01_*|thigh_correctiveRoot_*|index_01_*",
    ),
    "Unity humanoid": family(
        "Hips|Spine|Chest|UpperChest|Neck|Head",
        "*UpperLeg|*LowerLeg|*Foot|*Toes|*Shoulder|*UpperArm|*LowerArm|*Hand",
        "Left", "Right", "Jaw|*Eye|*IndexProximal",
    ),
    "Blender": family(
        "hips|spine|spine.001|spine.002|neck|head",
        "thigh.*|shin.*|foot.*|toe.*|shoulder.*|upper_arm.*|forearm.*|hand.*",
        "L", "R", "heel.02.*|f_index.01.*",
    ),
    "Rigify": family(
        "DEF-spine|DEF-spine.001|DEF-spine.002|DEF-spine.003|DEF-spine.004|DEF-spine.006",
        "DEF-thigh.*|DEF-shin.*|DEF-foot.*|DEF-toe.*|DEF-shoulder.*|DEF-upper_arm.*|DEF-forearm.*|DEF-hand.*",
        "L", "R", "DEF-spine.005|DEF-pelvis.*|DEF-thigh.*.001|DEF-upper_arm.*.001|DEF-breast.*",
    ),
    "Rigify's metarig": family(
        "spine|spine.001|spine.002|spine.003|spine.004|spine.006",
        "thigh.*|shin.*|foot.*|toe.*|shoulder.*|upper_arm.*|forearm.*|hand.*",
        "L", "R", "spine.005|pelvis.*|face|heel.02.*",
    ),
    "3ds Max Biped": family(
        "Bip01 Pelvis|Bip01 Spine|Bip01 Spine1|Bip01 Spine2|Bip01 Neck|Bip01 Head",
        "Bip01 * Thigh|Bip01 * Calf|Bip01 * Foot|Bip01 * Toe0|Bip01 * Clavicle|Bip01 * UpperArm|Bip01 * Forearm|"
        "Bip01 * Hand",
        "L", "R", "Bip01|Bip01 * Finger0|Bip01 * Toe0Nub",
    ),
    "Rokoko": family(
        "Hips|Spine1|Spine2|Spine4|Neck|Head",
        "*Thigh|*Shin|*Foot|*Toe|*Shoulder|*Arm|*ForeArm|*Hand",
        "Left", "Right", "Spine3|*ToeTip",
    ),
    "Perception Neuron": family(
        "Hips|Spine|Spine1|Spine2|Neck|Head",
        "*UpLeg|*Leg|*Foot|-|*Shoulder|*Arm|*ForeArm|*Hand",
        "Left", "Right", "Neck1|*InHandIndex|*HandIndex1|*HandThumb2",
    ),
    "OptiTrack": family(
        "Skeleton_Hip|Skeleton_Ab|-|Skeleton_Chest|Skeleton_Neck|Skeleton_Head",
        "Skeleton_*Thigh|Skeleton_*Shin|Skeleton_*Foot|Skeleton_*Toe|Skeleton_*Shoulder|Skeleton_*UArm|"
        "Skeleton_*FArm|Skeleton_*Hand",
        "L", "R",
    ),
    "Vicon": family(
        "pelvis|lowerback|upperback|thorax|neck|head",
        "*femur|*tibia|*foot|*toes|*clavicle|*humerus|*radius|*hand",
        "l", "r", "*thumb|*fingers",
    ),
    "Xsens in BVH": family(
        "Hips|Chest|Chest2|Chest4|Neck|Head",
        "*Hip|*Knee|*Ankle|*Toe|*Collar|*Shoulder|*Elbow|*Wrist",
        "Left", "Right", "Chest3",
    ),
    "Kinect Azure": family(
        "PELVIS|SPINE_NAVEL|-|SPINE_CHEST|NECK|HEAD",
        "HIP_*|KNEE_*|ANKLE_*|FOOT_*|CLAVICLE_*|SHOULDER_*|ELBOW_*|WRIST_*",
        "LEFT", "RIGHT", "HAND_*|HANDTIP_*|THUMB_*|NOSE|EYE_*|EAR_*",
    ),
    "OpenPose": family(
        "MidHip|-|-|-|Neck|-",
        "*Hip|*Knee|*Ankle|*BigToe|-|*Shoulder|*Elbow|*Wrist",
        "L", "R", "Nose|*Eye|*Ear|*Heel|*SmallToe",
    ),
    "VRM": family(
        "J_Bip_C_Hips|J_Bip_C_Spine|J_Bip_C_Chest|J_Bip_C_UpperChest|J_Bip_C_Neck|J_Bip_C_Head",
        "J_Bip_*_UpperLeg|J_Bip_*_LowerLeg|J_Bip_*_Foot|J_Bip_*_ToeBase|J_Bip_*_Shoulder|J_Bip_*_UpperArm|"
        "J_Bip_*_LowerArm|J_Bip_*_Hand",
        "L", "R", "J_Bip_*_Index1",
    ),
    "Daz": family(
        "pelvis|abdomenLower|abdomenUpper|chestUpper|neckLower|head",
        "*ThighBend|*Shin|*Foot|*Toe|*Collar|*ShldrBend|*ForearmBend|*Hand",
        "l", "r", "hip|chestLower|neckUpper|*ThighTwist|*ShldrTwist|*ForearmTwist|*Metatarsals|*Thumb1",
    ),
    "Character Creator": family(
        "CC_Base_Pelvis|CC_Base_Waist|CC_Base_Spine01|CC_Base_Spine02|CC_Base_NeckTwist01|CC_Base_Head",
        "CC_Base_*_Thigh|CC_Base_*_Calf|CC_Base_*_Foot|CC_Base_*_ToeBase|CC_Base_*_Clavicle|CC_Base_*_Upperarm|"
        "CC_Base_*_Forearm|CC_Base_*_Hand",
        "L", "R", "CC_Base_Hip|CC_Base_NeckTwist02|CC_Base_*_ThighTwist01",
    ),
    "AIST++": family(
        "-|-|-|-|-|-", "*_hip|*_knee|*_ankle|-|-|*_shoulder|*_elbow|*_wrist", "left", "right", "nose|*_eye|*_ear"
    ),
    "NTU in words": family(
        "base of the spine|middle of the spine|-|spine|neck|head",
        "* hip|* knee|* ankle|* foot|-|* shoulder|* elbow|* wrist",
        "left", "right", "* hand|tip of the * hand|* thumb",
    ),
    "SMPL-X": family(
        "pelvis|spine1|spine2|spine3|neck|head",
        "*_hip|*_knee|*_ankle|*_foot|*_collar|*_shoulder|*_elbow|*_wrist",
        "left", "right", "jaw|*_eye_smplhf|*_index1",
    ),
    "SMPL in Maya": family(
        "m_avg_Pelvis|m_avg_Spine1|m_avg_Spine2|m_avg_Spine3|m_avg_Neck|m_avg_Head",
        "m_avg_*_Hip|m_avg_*_Knee|m_avg_*_Ankle|m_avg_*_Foot|m_avg_*_Collar|m_avg_*_Shoulder|m_avg_*_Elbow|"
        "m_avg_*_Wrist",
        "L", "R", "m_avg_*_Hand|m_avg_root",
    ),
    "Auto-Rig Pro": family(
        "root.x|spine_01.x|spine_02.x|spine_03.x|neck.x|head.x",
        "thigh_stretch.*|leg_stretch.*|foot.*|toes_01.*|shoulder.*|arm_stretch.*|forearm_stretch.*|hand.*",
        "l", "r", "c_traj|thigh_twist.*|leg_twist.*|arm_twist.*|forearm_twist.*|index1.*",
    ),
    "Talking With Hands": family(
        "b_root|b_spine0|b_spine1|b_spine3|b_neck0|b_head",
        "b_*_upleg|b_*_leg|b_*_foot|b_*_ball|b_*_shoulder|b_*_arm|b_*_forearm|b_*_wrist",
        "l", "r", "body_world|b_*_arm_twist|b_*_index1|b_*_eye",
    ),
    "MikuMikuDance": family(
        "-|上半身|上半身2|上半身3|首|頭",
        "*足|*ひざ|*足首|*つま先|*肩|*腕|*ひじ|*手首",
        "左", "右", "全ての親|センター|グルーブ|下半身|*足ＩＫ|*つま先ＩＫ|*足D|*ひざD|*肩P|*腕捩|*親指１|両目",
    ),
    "MikuMikuDance in Blender": family(
        "-|上半身|-|上半身2|首|頭",
        "足.*|ひざ.*|足首.*|つま先.*|肩.*|腕.*|ひじ.*|手首.*",
        "L", "R", "センター|下半身|足ＩＫ.*|腕捩.*|目.*",
    ),
    "MikuMikuDance in English": family(
        "-|upper body|-|upper body2|neck|head",
        "leg_*|knee_*|ankle_*|toe_*|shoulder_*|arm_*|elbow_*|wrist_*",
        "L", "R", "center|lower body|leg IK_*|toe IK_*|arm twist_*|eye_*",
    ),
    "MikuMikuDance in Latin letters": family(
        "-|jouhanshin|-|jouhanshin2|kubi|atama",
        "*_ashi|*_hiza|*_ashikubi|*_tsumasaki|*_kata|*_ude|*_hiji|*_tekubi",
        "hidari", "migi", "kahanshin|*_ashi_ik",
    ),
    "Cascadeur": family(
        "pelvis|stomach|-|chest|neck|head",
        "thigh_*|calf_*|foot_*|toe_*|clavicle_*|arm_*|forearm_*|hand_*",
        "l", "r", "weapon_*",
    ),
    "Roblox": family(
        "LowerTorso|-|UpperTorso|-|-|Head",
        "*UpperLeg|*LowerLeg|*Foot|-|-|*UpperArm|*LowerArm|*Hand",
        "Left", "Right", "HumanoidRootPart",
    ),
    "ZED": family(
        "PELVIS|NAVAL_SPINE|-|CHEST_SPINE|NECK|HEAD",
        "*_HIP|*_KNEE|*_ANKLE|*_FOOT|*_CLAVICLE|*_SHOULDER|*_ELBOW|*_WRIST",
        "LEFT", "RIGHT", "*_HAND|*_HANDTIP|*_THUMB|NOSE|*_EYE|*_EAR|*_HEEL",
    ),
    "mocopi": family(
        "root|torso_1|torso_4|torso_7|neck_1|head",
        "*_up_leg|*_low_leg|*_foot|*_toes|*_shoulder|*_up_arm|*_low_arm|*_hand",
        "l", "r", "torso_2|torso_3|torso_5|torso_6|neck_2",
    ),
    "German": family(
        "Becken|Wirbel1|Wirbel2|Brust|Hals|Kopf",
        "Hüfte *|Knie *|Sprunggelenk *|Zehen *|Schlüsselbein *|Schulter *|Ellenbogen *|Handgelenk *",
        "links", "rechts", "Ohr *",
    ),
    "Spanish": family(
        "pelvis|columna|-|pecho|cuello|cabeza",
        "cadera_*|rodilla_*|tobillo_*|pie_*|clavícula_*|hombro_*|codo_*|muñeca_*",
        "izquierda", "derecha", "mano_*",
    ),
    "French": family(
        "bassin|-|-|poitrine|cou|tête",
        "hanche_*|genou_*|cheville_*|pied_*|-|épaule_*|coude_*|poignet_*",
        "gauche", "droite", "main_*",
    ),
}  # fmt: skip
"""Families of names in circulation: unified joint -> name, and other names that must not disturb."""


def found_by_name(names: list[str]) -> dict[str, list[str]]:
    """Unified joint -> the names it comes from, sorted."""
    match = match_joints(names, rigs={})
    return {JOINT_NAMES[joint]: sorted(names[i] for i in sources) for joint, sources in match.map.items()}


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_of_names_is_understood_without_any_rig(name):
    joints, others = FAMILIES[name]
    found = found_by_name([*others, *joints.values()])
    assert {joint: found[joint] for joint in joints} == {joint: [word] for joint, word in joints.items()}
    made = {joint: sources for joint, sources in found.items() if joint not in joints}
    # Only means of joints that are there: the pelvis of both hips, the neck of both shoulders, a spine joint of two.
    assert all(joint in MIDLINE and len(sources) == 2 and set(sources) <= {*joints.values(), *others}
               for joint, sources in made.items()), made  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(sorted(FAMILIES)), case=st.sampled_from([str, str.upper, str.lower]), data=st.data())
def test_order_namespace_and_case_of_a_family_of_names_do_not_matter(name, case, data):
    joints, others = FAMILIES[name]
    if case is not str and "Bip" not in name and any(c.isupper() for word in joints.values() for c in word[1:]):
        case = str  # "LTHIGHBEND" looks like one word; names whose only separator is their case keep it
    names = [*joints.values(), *others]
    shuffled = data.draw(st.permutations(names))
    before = data.draw(st.sampled_from(["", "Armature|", "actor 1:", "Take_07|Skel:", "Subject3_"]))
    plain, moved = found_by_name(names), found_by_name([before + case(word) for word in shuffled])
    assert moved == {joint: sorted(before + case(word) for word in words) for joint, words in plain.items()}


@settings(max_examples=100, deadline=None)
@given(name=st.sampled_from(sorted(load_rigs())), data=st.data())
def test_order_namespace_and_prefix_of_a_known_rig_do_not_matter(name, data):
    rig = load_rigs()[name]
    order = data.draw(st.permutations(range(len(rig["joints"]))))
    before = data.draw(st.sampled_from(["", "Armature|", "actor:", "Subject3_", "mixamorig:"]))
    names = [before + rig["joints"][index] for index in order]
    parents = [order.index(rig["parents"][index]) if rig["parents"][index] >= 0 else -1 for index in order]
    match = match_joints(names, parents)
    assert match.layout == name
    for joint, value in rig["map"].items():
        assert [names[i] for i in match.map[JOINT_INDEX[joint]]] == [before + word for word in as_list(value)]
    assert sorted(match.unused) == sorted(set(names) - {names[i] for s in match.map.values() for i in s})


def of_rig(name: str) -> dict[str, str]:
    """Joints that a rig has for itself and not as the mean of others."""
    return {joint: value for joint, value in load_rigs()[name]["map"].items() if isinstance(value, str)}


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(["bandai22", "cmu31", "cmu31_asf", "mixamo", "xsens23", "kinect_v2_25"]), data=st.data())
def test_a_rig_without_some_of_its_limbs_keeps_the_others_where_they_were(name, data):
    rig = load_rigs()[name]
    limbs = [word for joint, word in of_rig(name).items() if joint.endswith(("foot", "wrist", "elbow", "ankle"))]
    absent = data.draw(st.sets(st.sampled_from(limbs), max_size=4))
    names = [word for word in rig["joints"] if word not in absent]
    match = match_joints(names)
    for joint, word in of_rig(name).items():
        if joint.startswith(("left", "right")) and word not in absent:
            assert [names[i] for i in match.map[JOINT_INDEX[joint]]] == [word], (joint, match.layout)
        elif word in absent:
            assert joint in match.missing


@pytest.mark.parametrize("name", sorted(set(load_rigs()) - {"cmu31_asf"}))
def test_the_limbs_of_a_known_rig_are_found_by_name_too(name):
    rig = load_rigs()[name]
    match = match_joints(rig["joints"], rig["parents"], rigs={})
    for joint, word in of_rig(name).items():
        if joint.startswith(("left", "right")):
            assert [rig["joints"][i] for i in match.map[JOINT_INDEX[joint]]] == [word]


def test_the_joint_centres_of_a_marker_model_are_joints():
    found = found_by_name([f"Subj:{side}{joint}JC" for joint in "HKASEW" for side in "LR"])
    expected = {"hip": "H", "knee": "K", "ankle": "A", "shoulder": "S", "elbow": "E", "wrist": "W"}
    assert {joint: found[f"right_{joint}"] for joint in expected} == {
        joint: [f"Subj:R{letter}JC"] for joint, letter in expected.items()
    }


def test_one_movement_in_all_schemes_of_names_is_one_clip():
    whole = [name for name, (joints, _) in FAMILIES.items() if len(joints) == 22]
    assert len(whole) >= 10
    expected = unify(Motion(walk(), 30.0, list(JOINT_NAMES))).joints
    for name in whole:
        names = [FAMILIES[name][0][joint] for joint in JOINT_NAMES]
        clip = unify(Motion(walk(), 30.0, names))
        assert clip.report["missing_joints"] == [], name
        assert abs(clip.joints - expected).max() < 1e-6, name


@pytest.mark.parametrize("names", ["Huefte {}|Schluesselbein {}|Schulter {}", "hufte_{}|SCHLÜSSELBEIN_{}|schulter_{}"])
def test_umlauts_may_be_written_in_any_way(names):
    words = [word.format(side) for side in ("links", "rechts") for word in names.split("|")]
    found = found_by_name(words)
    assert [found[f"left_{joint}"] for joint in ("hip", "collar", "shoulder")] == [[word] for word in words[:3]]


def test_of_two_shoulders_on_a_side_the_first_is_the_collar():
    names = ["Hips", *(f"{side}{word}" for side in ("Left", "Right") for word in ("Shoulder2", "Shoulder", "Elbow"))]
    found = found_by_name(names)
    assert found["left_collar"] == ["LeftShoulder"] and found["left_shoulder"] == ["LeftShoulder2"]
    assert found["right_collar"] == ["RightShoulder"] and found["right_shoulder"] == ["RightShoulder2"]


def test_the_lower_body_is_the_pelvis_only_where_there_are_no_hips():
    upper = ["センター", "下半身", "上半身", "首", "頭", "左腕", "右腕", "左ひじ", "右ひじ"]
    assert found_by_name(upper)["pelvis"] == ["下半身"]
    assert found_by_name([*upper, "左足", "右足", "左ひざ", "右ひざ"])["pelvis"] == ["右足", "左足"]


def test_a_root_without_the_prefix_of_all_other_names_does_not_matter():
    joints = FAMILIES["Talking With Hands"][0]
    found = found_by_name(["Scene", *(word.replace("b_", "QQ_") for word in joints.values())])
    assert found == {joint: [word.replace("b_", "QQ_")] for joint, word in joints.items()}


def test_two_people_below_one_root_are_not_made_one_body():
    names = ["Reference", *(f"{who}_{word}" for who in "AB" for word in load_rigs()["mixamo"]["joints"])]
    with pytest.raises(MotionError, match="describe the rig in a file of your own .* data rigs FILE"):
        match_joints(names)


# ------------------------------------------------------------------------------------------------------ tips of chains

WITHOUT_HANDS = (
    "pelvis spine neck face thigh.L thigh.R shin.L shin.R upper_arm.L upper_arm.R forearm.L forearm.R".split()
)


@pytest.mark.parametrize("tip", ["forearm.{}_end", "forearm.{} End Site", "{}_arm_tip", "Nub forearm {}"])
def test_the_tip_of_a_lower_arm_without_a_hand_is_the_wrist(tip):
    names = [*WITHOUT_HANDS, tip.format("L"), tip.format("R")]
    parents = [-1] + [0] * 11 + [WITHOUT_HANDS.index("forearm.L"), WITHOUT_HANDS.index("forearm.R")]
    match = match_joints(names, parents)
    assert match.how["left_wrist"] == f"{tip.format('L')}, the tip of forearm.L"
    assert "right_wrist" not in match.missing


def test_a_tip_is_no_wrist_if_there_is_a_hand_or_no_tree():
    names = [*WITHOUT_HANDS, "forearm.L_end", "hand.R", "hand.R_end"]
    parents = [-1] + [0] * 11 + [10, 11, 13]
    assert match_joints(names, parents).how["right_wrist"] == "hand.R"
    assert {"left_wrist"} <= set(match_joints(names).missing)


# ----------------------------------------------------------------------------------------------------------- rig files


@pytest.fixture
def my_rig(tmp_path):
    """Writes a rig file in German and gives its path."""
    german = dict(zip(JOINT_NAMES, [f"Gelenk {index}" for index in range(22)], strict=True))

    def write(**changes):
        rig = {"name": "german", "joints": list(german.values()), "parents": list(PARENTS), "map": german} | changes
        path = tmp_path / "my_rig.json"
        path.write_text(json.dumps(rig), encoding="utf-8")
        return str(path)

    return write


def test_your_own_rig_needs_one_file_and_no_code(my_rig):
    order = random.Random(0).sample(range(22), 22)
    names = [f"gelenk_{index}" for index in order]
    clip = unify(Motion(walk()[:, order] * 100, 30.0, names, layout=my_rig(units="cm", up_axis="y")))
    assert clip.report["layout"] == "german" and clip.report["missing_joints"] == []
    assert abs(clip.joints - unify(Motion(walk(), 30.0, list(JOINT_NAMES))).joints).max() < 1e-4
    unnamed = unify(Motion(walk(), 30.0, layout=my_rig()))
    assert unnamed.report["how"]["head"] == "Gelenk 15 (rig german)"


def test_a_rig_file_may_have_names_in_any_script(tmp_path):
    names = [f"Сустав {chr(0x430 + index)}" for index in range(22)]
    joint_map = dict(zip(JOINT_NAMES, names, strict=True))
    path = tmp_path / "my_rig.json"
    rig = {"name": "russian", "joints": names, "parents": list(PARENTS), "map": joint_map}
    path.write_text(json.dumps(rig), encoding="utf-8")
    clip = unify(Motion(walk(), 30.0, [name.upper() for name in names], layout=str(path)))
    assert clip.report["layout"] == "russian" and clip.report["missing_joints"] == []


def test_the_feature_extractor_and_so_the_pipeline_take_a_rig_file(my_rig):
    (clip,) = EaiSkeletonFeatureExtractor().clips({"joints": walk(), "fps": 30.0, "layout": my_rig()})
    assert clip.report["layout"] == "german" and clip.joint_mask.all()


def test_a_recording_may_lack_joints_of_the_rig_and_have_others(my_rig):
    names = ["Marker", *(f"Gelenk {index}" for index in range(20))]
    match = unify(Motion(walk()[:, [0, *range(20)]], 30.0, names, layout=my_rig())).report
    assert match["missing_joints"] == ["left_wrist", "right_wrist"] and match["unused_joints"] == ["Marker"]


def test_a_declared_rig_that_does_not_fit_is_an_error(my_rig):
    with pytest.raises(MotionError, match=r"walk.bvh: the rig german maps pelvis to 'Gelenk 0', .* does not have"):
        unify(Motion(walk(), 30.0, list(JOINT_NAMES), layout=my_rig(), source="walk.bvh"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"upaxis": "y"}, "unknown key 'upaxis', perhaps 'up_axis'"),
        ({"map": {"left_hipp": "Gelenk 1"}}, "map contains 'left_hipp', expected a unified joint, perhaps 'left_hip'"),
        ({"map": {"head": "Gelenk15"}}, "head is mapped to 'Gelenk15', which is not .* perhaps 'Gelenk 15'"),
        ({"map": {"head": 15}}, "head is mapped to 15, expected the name of a joint"),
        ({"map": {"head": []}}, r"head is mapped to \[\], expected the name of a joint"),
        ({"map": {"head": "Gelenk 15"}}, "map lacks pelvis"),
        ({"map": ["pelvis"]}, "expected map as an object"),
        ({"joints": "Hips"}, "expected joints as a list of names"),
        ({"joints": ["Knie", *"abcdefghijklmnopqrst", "KNIE"]}, "two joints have the same name: 'Knie' and 'KNIE'"),
        ({"parents": None}, "22 joints but no list of parents"),
        ({"parents": [-1, *[22] * 21]}, "the parent of 'Gelenk 1' is 22, expected -1 for the root .* 0 to 21"),
        ({"parents": [1, 0, *[0] * 20]}, "the parents of 'Gelenk 0' form a circle"),
        ({"parents": [True, *[0] * 21]}, "the parent of 'Gelenk 0' is True"),
        ({"name": ""}, "expected name as a string"),
        ({"units": ["cm"]}, r"units \['cm'\], expected m, cm, mm, inch or null"),
    ],
)
def test_a_mistake_in_a_rig_file_names_the_joint_or_key(my_rig, changes, message):
    with pytest.raises(MotionError, match=f"^my_rig.json: .*{message}"):
        read_rig(my_rig(**changes))


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "\x00\xff", '"rig"', "[]", "null", "{}", '{"name": "a"}'])
def test_what_is_no_rig_file_is_refused(tmp_path, text):
    path = tmp_path / "my_rig.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(MotionError, match=r"^my_rig\.json: "):
        read_rig(path)


def test_a_rig_file_that_is_not_there_or_huge_is_refused(tmp_path):
    with pytest.raises(MotionError, match="no such rig file"):
        unify(Motion(walk(), 30.0, layout=str(tmp_path / "none.json")))
    (tmp_path / "huge.json").write_bytes(b" " * (2**20 + 1))
    with pytest.raises(MotionError, match="at most 1,048,576"):
        read_rig(tmp_path / "huge.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 30) | st.text(max_size=8) | st.sampled_from(JOINT_NAMES),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=15,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["name", "joints", "parents", "map", "units", "up_axis"]), JSON))
def test_any_json_is_a_rig_or_a_motion_error(content):
    try:
        check_rig(load_rigs()["smpl22"] | content, "mine.json")
    except MotionError as error:
        assert str(error).startswith("mine.json: ")


def test_the_page_names_every_family():
    page = (Path(__file__).parents[1] / "docs" / "rigs.md").read_text(encoding="utf-8")
    for name, (joints, _) in FAMILIES.items():
        assert f"| {name} | `{joints['left_hip']}`, `{joints['left_shoulder']}`" in page


def test_markers_on_the_skin_are_recognised():
    markers = ["Anna:LASI", "Anna:RASI", "Anna:LKNE", "Anna:RKNE", "Anna:LANK", "Anna:C7", "Anna:CLAV"]
    with pytest.raises(MotionError, match=r"markers on the skin; joint centres are needed"):
        match_joints(markers, None, load_rigs(), None, "gait.c3d")
    with pytest.raises(MotionError, match=r"Rename the joints, or describe the rig"):
        match_joints(["alpha", "beta", "gamma"], None, load_rigs(), None, "gait.c3d")
