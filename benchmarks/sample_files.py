"""Small valid recordings in every format, and malicious files, as inputs of `broken_files.py`."""

import io
import json
import random
import runpy
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from eai_llm_hf.generator import clip_seed, generate_clip
from eai_llm_hf.processing.reading.formats import READABLE_SUFFIXES
from eai_llm_hf.processing.skeleton.rig_files import load_rigs

ROOT = Path(__file__).resolve().parents[1]


def write_seeds(folder: Path) -> None:
    """Writes small valid files of each form, and hostile ones, into a folder for each suffix."""
    examples = runpy.run_path(str(ROOT / "hub_examples" / "make_clips.py"))
    readers = runpy.run_path(str(ROOT / "benchmarks" / "readers.py"))
    for suffix in READABLE_SUFFIXES:
        (folder / suffix).mkdir(parents=True, exist_ok=True)

    def clip(rig: str, seconds: float = 0.7) -> Any:
        return generate_clip(clip_seed(5, len(rig)), rig=rig, action="wave", duration_s=seconds).motion

    small, named, kinect = clip("smpl22"), clip("bandai22"), clip("kinect_v2_25")
    for number, form in enumerate(readers["BVH_FORMS"]):
        text = readers["turning_bvh"](8, number, form)
        (folder / ".bvh" / f"form-{number}.bvh").write_text(text, encoding="utf-8", newline="")
    examples["write_bvh"](named, folder / ".bvh" / "body.bvh")
    examples["write_csv"](named, folder / ".csv" / "wide.csv")
    readers["write_long_csv"](named, folder / ".csv" / "long.csv")
    (folder / ".csv" / "kinect.csv").write_text(_kinect_rows(kinect), encoding="ascii")
    (folder / ".csv" / "few.csv").write_text("time;hip x;hip y;hip z\n0;1;;3\n33;4;5;6\n66;7;8;9\n", encoding="ascii")
    readers["write_trc"](named, folder / ".trc" / "body.trc")
    few = "PathFileType 4 (X/Y/Z) a.trc\nDataRate NumFrames NumMarkers Units\n60 2 2 mm\nFrame# Time A B\nX1 Y1 Z1\n"
    (folder / ".trc" / "few.trc").write_text(few + "1 0 1 2 3 4 5 6\n2 0.02 1 2 3 nan nan nan\n", encoding="ascii")
    forms = runpy.run_path(str(ROOT / "benchmarks" / "table_forms.py"))["table_forms"]
    for name, text in forms(named, kinect, _landmarks(small)):
        (folder / f".{name.split('.')[1]}" / name).write_text(text, encoding="utf-8")
    for name, content in _json_forms(named, _landmarks(small)).items():
        (folder / ".json" / f"{name}.json").write_text(json.dumps(content), encoding="ascii")
    for name, content in _tracker_forms(small).items():
        (folder / ".json" / f"{name}.json").write_text(json.dumps(content), encoding="ascii")
    for name, lines in _lines_of_frames(named).items():
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / ".jsonl" / f"{name}.jsonl").write_text(text, encoding="ascii")
    for number, joints in enumerate((small.joints, small.joints.astype(">f8"), small.joints.round().astype("i2"))):
        np.save(folder / ".npy" / f"{number}.npy", joints)
    np.save(folder / ".npy" / "people.npy", np.stack([small.joints, small.joints]))
    np.save(folder / ".npy" / "fortran.npy", np.asfortranarray(small.joints))
    examples["write_npz"](named, folder / ".npz" / "named.npz")
    np.savez(
        folder / ".npz" / "stored.npz", joints=small.joints, fps=30, layout="smpl22", parents=small.parents, units="m"
    )
    seen = np.full(small.joints.shape[:2], 0.9)
    np.savez(folder / ".npz" / "four.npz", keypoints3d=np.dstack([small.joints, seen]), mocap_framerate=30.0)
    np.savez(
        folder / ".npz" / "scores.npz", positions=small.joints, conf=seen, timestamps_ms=np.arange(len(seen)) * 33
    )
    np.savez(folder / ".npz" / "unnamed.npz", poses=small.joints[:, :, 0], other=small.joints)
    for motion in (named, clip("cmu31", 1.0)):
        readers["write_c3d"](motion, folder / ".c3d" / f"{len(motion.joint_names)}.c3d")
    marks = _markers(small)
    readers["write_c3d"](marks, folder / ".c3d" / "markers.c3d")
    readers["write_trc"](marks, folder / ".trc" / "markers.trc")
    _write_body_models(small, folder)
    _write_animations(small, folder)
    for suffix, content in hostile():
        number = len(list((folder / suffix).glob("hostile-*")))
        (folder / suffix / f"hostile-{number:02}{suffix}").write_bytes(content)


def _write_animations(motion: Any, folder: Path) -> None:
    """Writes MVNX, glTF and FBX of a motion on the unified skeleton, and of two people."""
    forms = runpy.run_path(str(ROOT / "benchmarks" / "animation_forms.py"))
    turns = np.tile([0.9, 0.1, 0.3, 0.3], (len(motion.joints), 1))
    (folder / ".mvnx" / "one.mvnx").write_text(forms["mvnx_text"]([motion], turns), encoding="utf-8")
    (folder / ".mvnx" / "two.mvnx").write_text(forms["mvnx_text"]([motion, motion]), encoding="utf-8")
    tracks = forms["moving_tracks"](motion.parents, motion.joints, motion.fps)
    tracks[15, "rotation"] = (np.array([0.0, 0.5]), np.array([[0, 0, 0, 1.0], [0, 0.6, 0, 0.8]]), "LINEAR")
    tracks[3, "scale"] = (np.array([0.0, 0.5]), np.ones((6, 3)), "CUBICSPLINE")
    document, binary = forms["gltf_document"](motion.joint_names, motion.parents, motion.joints[0], tracks)
    bones = {"humanoid": {"humanBones": {name: {"node": node} for node, name in enumerate(motion.joint_names)}}}
    human = document | {"extensions": {"VRMC_vrm_animation": bones}}
    for suffix, content in ((".glb", document), (".vrm", human), (".vrma", human)):
        for number, text in enumerate((content, content | {"extras": {"note": "x"}})):
            (folder / suffix / f"{number}{suffix}").write_bytes(forms["glb_bytes"](text, binary))
        with_mesh = forms["glb_bytes"](content, binary + bytes(2**15))  # most bytes of a real file are of the mesh
        (folder / suffix / f"mesh{suffix}").write_bytes(with_mesh)
    (folder / ".gltf" / "one.gltf").write_text(forms["gltf_text"](document, binary), encoding="utf-8")
    (folder / ".gltf" / "human.gltf").write_text(forms["gltf_text"](human, binary), encoding="utf-8")
    fbx = runpy.run_path(str(ROOT / "benchmarks" / "fbx_forms.py"))
    take = fbx["moving_take"](motion.parents, motion.joints.astype(float), motion.fps)
    take.rotations[15] = np.linspace(0.0, 30.0, 3 * len(motion.joints)).reshape(-1, 3)
    for kind in ("LimbNode", "Null"):
        content = fbx["fbx_document"](motion.joint_names, motion.parents, motion.joints[0], [take], kind)
        (folder / ".fbx" / f"{kind}.fbx").write_text(fbx["fbx_text"](content), encoding="utf-8")
        (folder / ".fbx" / f"{kind}-binary.fbx").write_bytes(fbx["fbx_bytes"](content))


def _markers(motion: Any) -> Any:
    """The markers of Plug-in Gait on a motion on the unified skeleton, roughly where they belong."""
    at = dict(zip(motion.joint_names, np.moveaxis(motion.joints, 1, 0), strict=True))
    across = np.float32(0.5) * (at["left_hip"] - at["right_hip"])
    ahead = np.cross(across, at["neck"] - at["pelvis"])
    marks = {"C7": at["neck"] - 0.5 * ahead, "CLAV": at["neck"] + ahead, "STRN": at["spine3"] + 2 * ahead}
    limbs = {"KNE": "knee", "ANK": "ankle", "TOE": "foot", "SHO": "shoulder", "ELB": "elbow", "WRA": "wrist"}
    for side, out in (("left", across), ("right", -across)):
        initial = side[0].upper()
        marks |= {f"{initial}{label}": at[f"{side}_{joint}"] + 0.5 * out for label, joint in limbs.items()}
        marks |= {f"{initial}ASI": at["pelvis"] + out + ahead, f"{initial}PSI": at["pelvis"] + 0.4 * out - ahead}
        marks |= {f"{initial}FHD": at["head"] + out + ahead, f"{initial}BHD": at["head"] + out - ahead}
        marks[f"{initial}THI"] = (at[f"{side}_hip"] + at[f"{side}_knee"]) / 2 + out
    joints = np.stack(list(marks.values()), axis=1).astype(np.float32)
    return replace(motion, joints=joints, joint_names=list(marks), parents=None, layout=None)


def _write_body_models(motion: Any, folder: Path) -> None:
    """Writes rotations of SMPL, and features of HumanML3D, of a motion on the unified skeleton."""
    frames, root = len(motion.joints), motion.joints[:, 0]
    angles = np.random.default_rng(5).normal(0.0, 0.2, (frames, 52, 3))
    turns = np.broadcast_to(np.eye(3), (2, frames, 24, 3, 3))
    about = {"betas": np.zeros(16), "gender": np.array("neutral"), "mocap_framerate": np.array(30.0)}
    np.savez(folder / ".npz" / "smpl.npz", poses=angles.reshape(frames, 156), trans=root, **about)
    np.savez(folder / ".npz" / "smpl-people.npz", global_orient=turns[:, :, 0], body_pose=turns[:, :, 1:])
    features = np.zeros((frames, 263), np.float32)
    features[:, 3] = root[:, 1]
    features[:, 4:67] = (motion.joints[:, 1:] - root[:, None] * [1, 0, 1]).reshape(frames, 63)
    np.save(folder / ".npy" / "humanml3d.npy", features)
    np.save(folder / ".npy" / "flat.npy", motion.joints.reshape(frames, 66))


def _kinect_rows(motion: Any) -> str:
    states = np.full((*motion.joints.shape[:2], 1), 2.0, np.float32)
    rows = np.concatenate([np.nan_to_num(motion.joints), states], axis=-1).reshape(len(motion.joints), -1)
    return "".join(
        f"{89810293609 + 333_333 * number}," + ",".join(f"{value:.4f}" for value in row) + "\n"
        for number, row in enumerate(rows)
    )


def _landmarks(motion: Any) -> np.ndarray:
    """(frames, 33, 3) landmarks as in MediaPipe, of a motion on the unified skeleton; points of the face coincide."""
    return _points(motion, "mediapipe33") * [1, -1, -1]


def _points(motion: Any, name: str) -> np.ndarray:
    """(frames, points, 3) the points of a rig of a motion on the unified skeleton; those it lacks are the head."""
    rig = load_rigs()[name]
    head = motion.joint_names.index("head")
    points = np.repeat(motion.joints[:, [head]].astype(float), len(rig["joints"]), axis=1)
    for joint, source in rig["map"].items():
        if isinstance(source, str):
            points[:, rig["joints"].index(source)] = motion.joints[:, motion.joint_names.index(joint)]
    return points.round(4)


def _json_forms(named: Any, landmarks: np.ndarray) -> dict[str, Any]:
    frames = named.joints.round(3).astype(float).tolist()
    points = [
        [{"x": x, "y": y, "z": z, "visibility": 0.9} for x, y, z in frame] for frame in landmarks.round(4).tolist()
    ]
    words = [dict(zip(named.joint_names, frame, strict=True)) for frame in frames]
    return {
        "lists": {"fps": 30, "joint_names": named.joint_names, "frames": frames},
        "words": {"units": "m", "fps": 30, "frames": words},
        "mediapipe": points,
        "keys": [{"timestamp": 33.0 * number, "poseWorldLandmarks": [frame]} for number, frame in enumerate(points)],
        "people": {"frame_rate": 25, "layout": "bandai22", "frames": [[frame, frame, None] for frame in frames]},
    }


def _tracker_forms(small: Any) -> dict[str, Any]:
    """Two files of each form that pose trackers write: of one person and of two."""
    forms: dict[str, Any] = {}
    openpose = np.pad(_points(small, "openpose25"), [(0, 0), (0, 0), (0, 1)], constant_values=0.8)
    azure = (_points(small, "azure_kinect_32") * 1000).tolist()
    body = small.joints.round(4).astype(float).tolist()
    for people in (1, 2):
        who = range(people)
        forms[f"easymocap-{people}"] = [[{"id": n, "keypoints3d": frame} for n in who] for frame in openpose.tolist()]
        flat = openpose.reshape(len(openpose), -1).tolist()
        forms[f"openpose-{people}"] = [
            {"people": [{"person_id": [-1], "pose_keypoints_2d": [], "pose_keypoints_3d": frame} for _ in who]}
            for frame in flat
        ]
        forms[f"azure-{people}"] = {
            "joint_names": load_rigs()["azure_kinect_32"]["joints"],
            "frames": [
                {"timestamp_usec": 33_333 * number, "bodies": [{"body_id": n, "joint_positions": frame} for n in who]}
                for number, frame in enumerate(azure)
            ],
        }
        for rig in ("openpose18", "zed34"):
            forms[f"{rig}-{people}"] = {
                str(1000 + 33 * number): {
                    "body_list": [{"id": n, "position": frame[0], "keypoint": frame} for n in who]
                }
                for number, frame in enumerate(_points(small, rig).tolist())
            }
        forms[f"named-{people}"] = {
            "fps": 30,
            "frames": [[_named(small.joint_names, frame, nested=people == 2) for _ in who] for frame in body],
        }
        forms[f"mmpose-{people}"] = {
            "meta_info": {"keypoint_id2name": dict(enumerate(small.joint_names))},
            "instance_info": [
                {"frame_id": number, "instances": [{"keypoints": frame, "keypoint_scores": [0.9] * 22} for _ in who]}
                for number, frame in enumerate(body)
            ],
        }
        stamps = [f"2024-05-01T10:00:{number / 30:09.6f}Z" for number in range(len(body))]
        forms[f"times-{people}"] = {"timestamps": stamps, "frames": [[frame] * people for frame in body]}
    return forms


def _named(names: list[str], frame: list[list[float]], nested: bool) -> list[dict[str, Any]]:
    points = [dict(zip("xyz", point, strict=True)) for point in frame]
    return [
        {"joint": name, "position": point} if nested else {"name": name, **point, "score": 0.9}
        for name, point in zip(names, points, strict=True)
    ]


def _lines_of_frames(named: Any) -> dict[str, list[Any]]:
    frames = named.joints.round(3).astype(float).tolist()
    words = [
        {"t": number / 30, "joints": dict(zip(named.joint_names, f, strict=True))} for number, f in enumerate(frames)
    ]
    return {"lists": [{"fps": 30, "joint_names": named.joint_names}, *frames], "words": words}


def zip_bytes(arrays: dict[str, np.ndarray], method: int) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, np.asarray(array), allow_pickle=True)
    return content.getvalue()


def hostile() -> Iterator[tuple[str, bytes]]:
    """Yields (suffix, content) of hostile files."""
    noise = random.Random(0).randbytes(4096)
    for suffix in READABLE_SUFFIXES:
        yield suffix, b""
        yield suffix, noise
        yield suffix, b"\0" * 100_000
        yield suffix, b"[" * 200_000
        yield suffix, b"\n" * 500_000
        yield suffix, b" " * 900_000
        yield suffix, b"1 " * 400_000
    yield from ((".bvh", text.encode()) for text in _hostile_bvh())
    yield from ((".csv", text.encode()) for text in _hostile_tables())
    yield from ((".json", text.encode()) for text in _hostile_json())
    yield from runpy.run_path(str(ROOT / "benchmarks" / "animation_forms.py"))["hostile_animations"]()
    yield from (
        (".fbx", content) for content in runpy.run_path(str(ROOT / "benchmarks" / "fbx_forms.py"))["hostile_fbx"]()
    )
    header = "PathFileType\nDataRate\tNumFrames\tNumMarkers\tUnits\n30\t{}\t{}\tmm\nFrame#\tTime\tA\n"
    yield from (
        (".trc", header.format(*counts).encode() + b"1\t0\t1\t2\t3\n") for counts in ((10**9, 1), (1, 10**9), (-1, 1))
    )
    for descr in (
        "'<f4'",
        "'|O'",
        "()",
        "[]",
        "{}",
        "'<M8[ns]'",
        "('<f4', (10**9,))",
        "'U999999999'",
        "[('a', '<f4')]",
    ):
        for shape in (
            "(7, 22, 3)",
            "(1000000000, 22, 3)",
            "(-1, 22, 3)",
            "(0, " + "9" * 3000 + ", 3)",
        ):
            yield ".npy", npy_bytes(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}")
    for text in ("-" * 9000 + "1", "(" * 9000, "{[]: 1}", "{" * 150, "[" * 99 + "]" * 99, "1 if 1 else 2", "\0"):
        yield ".npy", npy_bytes(text)
    yield ".npy", npy_bytes("{'descr': '|i1', 'fortran_order': False, 'shape': (300000, 1, 1, 3)}", bytes(900_000))
    yield from ((".npz", content) for content in _hostile_archives())


def npy_bytes(header: str, data: bytes = bytes(4000)) -> bytes:
    """Returns an array in NumPy's format with any text as its header."""
    text = header.encode("latin-1", "replace") + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


def bvh_tree(names: int, depth: int, channels: str = "CHANNELS 1 Xposition") -> str:
    """Returns the hierarchy of a file with many joints, of which only the root moves."""
    lines = ["HIERARCHY", "ROOT Hips {", "OFFSET 0 0 0", channels]
    for number in range(1, names):
        lines.append(f"JOINT j{number} {{ OFFSET 0 1 0" + (" }" if number >= depth else ""))
    return "\n".join(lines) + "\n" + "}" * min(names, depth) + "\n"


def _hostile_bvh() -> Iterator[str]:
    motion = "MOTION\nFrames: {}\nFrame Time: 0.03\n"
    root = bvh_tree(1, 1)
    yield root + motion.format(10**9) + "0\n"
    yield root + motion.format("9" * 5000) + "0\n"
    yield root + motion.format(1) + "0\n" * 400_000
    yield root + motion.format(1) + "0." + "3" * 900_000 + "\n"
    yield root + motion.format(1) + "9" * 900_000 + "\n"
    yield bvh_tree(4000, 400) + motion.format(1) + "0\n" * 10_000
    yield bvh_tree(500, 500) + motion.format(1) + "0\n" * 100_000
    yield bvh_tree(5000, 400) + motion.format(1) + "0\n"
    yield "HIERARCHY\n" + "ROOT a {\n" + "JOINT b {\n" * 80_000
    yield "HIERARCHY\nROOT a {\n" + "End Site {\n" * 80_000
    yield "HIERARCHY\nROOT a {\n" + "End Site { OFFSET 0 0 0 }\n" * 30_000
    yield "HIERARCHY\nMOTION\nFrames: 0\nFrame Time: 0\n"
    yield "HIERARCHY\n" + "{ " * 400_000
    yield "HIERARCHY\nROOT " + "a " * 150_000 + "{\nOFFSET 0 0 0\nCHANNELS 0\n}\n" + motion.format(0)
    yield root.replace("Hips", "Left" * 100_000) + motion.format(8) + "0\n" * 8
    yield "#" + "/" * 900_000 + "\nHIERARCHY"


def _hostile_tables() -> Iterator[str]:
    yield (
        "frame,joint,x,y,z\n"
        + "".join(f"0,j{n},1,1,1\n" for n in range(430))
        + "".join(f"{n},j0,1,1,1\n" for n in range(49_000))
    )
    yield "frame,joint,x,y,z\n0,a,1,1,1\n999999999999,a,1,1,1\n1e308,a,1,1,1\n"
    yield "frame,joint,x,y,z\n" + "".join(f"{n % 30},{'LeftUpArm' * 3}{n // 30},1,1,1\n" for n in range(20_000))
    yield ",".join(f"a{n}_{axis}" for n in range(30_000) for axis in "xyz") + "\n1,2\n"
    yield ",".join(f"{'a' * 60_000}{n}_{axis}" for n in range(3) for axis in "xyz") + "\n" + "1,2,3,4,5,6,7,8,9\n" * 40
    yield '"' + "a_x,\n" * 100_000
    yield "," * 900_000
    yield "hip_x,hip_y,hip_z\n" + "," * 900_000
    yield "a_x,a_y,a_z\n" + "1e308,-1e308,nan\n" * 40
    yield "time,a_x,a_y,a_z\n" + "".join(f"{'9' * 300 if n % 2 else n},1,2,3\n" for n in range(40))
    yield "_" * 130_000 + "x\n1\n"


def _hostile_json() -> Iterator[str]:
    for opening, closing in (("[", "]"), ('{"a":', "}"), ('[{"people":', "}]"), ('{"frames":[', "]}")):
        for depth in (5, 60, 300, 800, 980, 5000, 100_000):
            yield opening * depth + closing * depth
    nested = "[" * 900 + "]" * 900
    for key in ("fps", "layout", "joint_names", "units", "timestamp"):
        yield f'{{"{key}": {nested}, "frames": [[[1, 2, 3]]]}}'
        yield f'{{"{key}": {json.dumps(list(range(50_000)))}, "frames": [[[1, 2, 3]]]}}'
        yield f'[{{"{key}": {nested}, "landmarks": [[1, 2, 3]]}}]'
    yield "[" + "[]," * 150_000 + json.dumps({f"j{number}": [0.0, 0.0, 0.0] for number in range(118)}) + "]"
    yield "[" + json.dumps([[[0, 0, 0]] + [None] * 99] * 64) + ",[]" * 150_000 + "]"
    yield '{"layout": "evil.json", "fps": 30, "frames": [' + ",".join(["[[1, 2, 3]]"] * 30) + "]}"
    yield "[[[1e400, -1e400, NaN]], [[1e308, Infinity, -Infinity]]]"
    yield f"[[[{'9' * 400_000}, 0.{'3' * 400_000}, 1]]]"
    yield '{"frames": [' + json.dumps({"a" * 100_000: [1, 2, 3]}) + "]}"
    yield '{"' + "a" * 900_000 + '": 1}'
    yield '{"frames": [[[1,2,3]]], ' + ", ".join(f'"k{number}": 1' for number in range(50_000)) + "}"


def _hostile_archives() -> Iterator[bytes]:
    walk = np.ones((30, 22, 3), np.float32)
    for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        yield zip_bytes({"joints": walk}, method)
    for parents in (range(22), [1, 0] * 11, [99] * 22, [-5] * 22, [*range(1, 22), 0]):
        yield zip_bytes({"joints": walk, "fps": 30, "layout": "smpl22", "parents": parents}, zipfile.ZIP_STORED)
    for layout in ("evil.json", "../evil.json", "\0.json", "x" * 100_000):
        yield zip_bytes({"joints": walk, "fps": 30, "layout": layout}, zipfile.ZIP_DEFLATED)
    for shape in ((500_000, 22, 3), (100_000, 7, 22, 3), (2**28 // 3, 1, 3)):
        yield zip_bytes({"joints": np.zeros(shape, np.int8), "fps": 30, "layout": "smpl22"}, zipfile.ZIP_DEFLATED)
    yield zip_bytes(
        {"joints": np.zeros((500_000, 22, 3), np.float32), "fps": 30, "layout": "smpl22"}, zipfile.ZIP_DEFLATED
    )
    yield zip_bytes({"joints": np.array([{}], object)}, zipfile.ZIP_STORED)
    chain = {"parents": np.arange(-1, 4095), "joints": np.ones((8, 4096, 3), np.int8), "fps": 30}
    yield zip_bytes({**chain, "joint_names": [f"Left Up Leg {n}" for n in range(4096)]}, zipfile.ZIP_DEFLATED)
    yield zip_bytes({**chain, "joint_names": ["hips"] + [f"spine{n}" for n in range(4095)]}, zipfile.ZIP_DEFLATED)
    yield zip_bytes({f"a{number}": np.zeros(3) for number in range(3000)}, zipfile.ZIP_STORED)
    yield zip_bytes({f"a{number}": np.zeros((1, 2, 3)) for number in range(2500)}, zipfile.ZIP_STORED)
    for fps in (float("nan"), 1e308, 0, -1, 10**18):
        yield zip_bytes({"joints": walk, "fps": np.array(fps), "layout": "smpl22"}, zipfile.ZIP_STORED)
