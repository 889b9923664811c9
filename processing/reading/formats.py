"""The file formats that can be read: one line per format.

The help texts of the command line list the suffixes, so this module imports nothing; `files.py` imports a reader when
the first file of its format is read. To add a format, write a module with a function from a path to a `Recording`
(see `recording.py`) and add its line here.
"""

READERS = {
    ".bvh": "bvh:read_bvh",
    ".c3d": "c3d:read_c3d",
    ".csv": "csv:read_csv",
    ".fbx": "fbx:read_fbx",
    ".glb": "gltf:read_gltf",
    ".gltf": "gltf:read_gltf",
    ".json": "json:read_json",
    ".jsonl": "json:read_json_lines",
    ".mvnx": "mvnx:read_mvnx",
    ".npy": "npy:read_npy",
    ".npz": "npy:read_npz",
    ".trc": "trc:read_trc",
    ".vrm": "gltf:read_gltf",
    ".vrma": "gltf:read_gltf",
}
"""Suffix -> "module:function" in this folder. If a take exists in several formats, the first one listed is read."""

VIDEO_READERS = dict.fromkeys((".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v"), "video:read_video")
"""The same for videos, which need the extra `video` and minutes. A corpus is prepared from joints, so only commands
that explain a clip read them."""

READABLE_SUFFIXES = tuple(READERS)
VIDEO_SUFFIXES = tuple(VIDEO_READERS)

__all__ = ["READABLE_SUFFIXES", "READERS", "VIDEO_READERS", "VIDEO_SUFFIXES"]
