"""The container of glTF 2.0: the JSON document, and the numbers in its buffers."""

import base64
import binascii
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

from .limits import MAX_BYTES
from .motion import MotionError
from .recording import shown

MAX_DOCUMENT = 2**26
"""Bytes of the JSON document; meshes and pictures are in buffers, so a skeleton with its animation stays far below."""

_MAGIC, _JSON, _BINARY = b"glTF", 0x4E4F534A, 0x004E4942
_COMPONENTS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5126: "<f4"}
_NUMBERS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}


def read_container(path: Path) -> tuple[dict[str, Any], bytes]:
    """Reads the document of a text or binary file.

    Args:
        path: The file.

    Returns:
        The document, and the binary chunk of a .glb; empty where there is none.

    Raises:
        MotionError: Not JSON, not glTF 2.0, cut off or too large.
    """
    try:
        with path.open("rb") as file:
            start = file.read(12)
            if start[:4] != _MAGIC:
                return _parsed(start + file.read(MAX_DOCUMENT), path.name), b""
            if len(start) < 12 or struct.unpack("<I", start[4:8])[0] != 2:
                raise MotionError(f"{path.name}: expected glTF 2.0; found another version, or a file that is cut off")
            document, binary = None, b""
            while len(head := file.read(8)) == 8:
                length, kind = struct.unpack("<II", head)
                if length > MAX_BYTES or length > path.stat().st_size:
                    raise MotionError(f"{path.name}: a chunk declares {length:,} bytes; the file is cut off")
                content = file.read(length)
                if len(content) < length:
                    raise MotionError(f"{path.name}: the file is cut off within a chunk of {length:,} bytes")
                if kind == _JSON and document is None:
                    document = _parsed(content, path.name)
                elif kind == _BINARY and not binary:
                    binary = content
            if document is None:
                raise MotionError(f"{path.name}: expected a JSON chunk; found none")
            return document, binary
    except OSError as error:
        raise MotionError(f"{path.name}: cannot be read ({error.strerror})") from error


def _parsed(content: bytes, source: str) -> dict[str, Any]:
    if len(content) > MAX_DOCUMENT:
        raise MotionError(f"{source}: the document has more than {MAX_DOCUMENT:,} bytes")
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits among them
        raise MotionError(f"{source}: not glTF: expected JSON ({shown(str(error), 80)})") from error
    asset = document.get("asset") if isinstance(document, dict) else None
    if not isinstance(asset, dict) or not str(asset.get("version", "")).startswith("2"):
        raise MotionError(f"{source}: expected glTF 2.0, with 'asset' and its version")
    return document


class Buffers:
    """The numbers that a document refers to.

    Args:
        document: The document.
        binary: The binary chunk of a .glb.
        path: The file, for messages and for buffers that lie beside it.
        room: Bytes that one table of numbers may take.
    """

    def __init__(self, document: dict[str, Any], binary: bytes, path: Path, room: int):
        self._document, self._binary, self._path, self._room = document, binary, path, room
        self._loaded: dict[int, bytes] = {}

    def numbers(self, accessor: int, width: int) -> np.ndarray:
        """Returns the numbers of an accessor.

        Args:
            accessor: Its index.
            width: Numbers in each element that are expected.

        Returns:
            (elements, width) float64.

        Raises:
            MotionError: It lies outside of its buffer, is sparse or compressed, or holds something else.
        """
        entry = self._document["accessors"][accessor]
        where = f"{self._path.name}, accessor {accessor}"
        kind, count = entry.get("componentType"), entry.get("count")
        if kind not in _COMPONENTS or _NUMBERS.get(entry.get("type")) != width or not isinstance(count, int):
            raise MotionError(f"{where}: expected elements of {width} numbers; found {shown(str(entry.get('type')))}")
        if "bufferView" not in entry or "sparse" in entry:
            raise MotionError(f"{where}: expected plain numbers in a buffer; found a sparse or compressed table")
        view = self._document["bufferViews"][entry["bufferView"]]
        dtype = np.dtype(_COMPONENTS[kind])
        size = dtype.itemsize * width
        stride = int(view.get("byteStride") or size)
        first = int(view.get("byteOffset", 0)) + int(entry.get("byteOffset", 0))
        content = self._buffer(int(view["buffer"]))
        if not 0 < count <= self._room // (8 * width) or first < 0 or stride < size:
            raise MotionError(f"{where}: declares {count} elements; expected fewer for a file of its size")
        if first + stride * (count - 1) + size > len(content):
            raise MotionError(f"{where}: reaches beyond its buffer of {len(content):,} bytes; the file is cut off")
        with np.errstate(invalid="ignore"):  # a signalling NaN becomes quiet, and is refused below
            table = np.ndarray((count, width), dtype, content, first, (stride, dtype.itemsize)).astype(np.float64)
        if dtype.kind != "f":
            table = np.maximum(table / np.iinfo(dtype).max, -1.0)
        if not np.isfinite(table).all():
            raise MotionError(f"{where}: expected finite numbers")
        return table

    def _buffer(self, index: int) -> bytes:
        if index not in self._loaded:
            entry = self._document["buffers"][index]
            uri = entry.get("uri")
            if uri is None:
                self._loaded[index] = self._binary
            elif str(uri).startswith("data:"):
                try:
                    self._loaded[index] = base64.b64decode(str(uri).partition(",")[2], validate=True)
                except (binascii.Error, ValueError) as error:
                    raise MotionError(f"{self._path.name}: buffer {index} is not base64 ({error})") from error
            else:
                self._loaded[index] = self._beside(str(uri), index)
        return self._loaded[index]

    def _beside(self, name: str, index: int) -> bytes:
        """Reads a buffer from the folder of the file, and from nowhere else."""
        if Path(name).name != name or name in (".", ".."):
            raise MotionError(f"{self._path.name}: buffer {index} is {shown(name)}; expected a file beside this one")
        beside = self._path.parent / name
        try:
            if not beside.is_file() or beside.stat().st_size > MAX_BYTES:
                raise MotionError(f"{self._path.name}: buffer {index}, {shown(name)}, is missing or too large")
            return beside.read_bytes()
        except OSError as error:
            raise MotionError(f"{self._path.name}: buffer {index} cannot be read ({error.strerror})") from error
