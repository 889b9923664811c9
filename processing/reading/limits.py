"""The limits that a recording is held to, whatever its format. Each of them stands here and nowhere else."""

MIN_FPS, MAX_FPS = 1.0, 1000.0
"""Frames per second. Cameras that track a whole body stay below 1,000; a higher number is usually in another unit."""

MAX_COORDINATE = 1e7
"""Largest magnitude of a coordinate or an angle, in source units: 10 km in millimetres.

Positions are float32, which still resolves 1 mm at that distance but loses whole millimetres soon after.
"""

MAX_JOINTS = 4096
"""Joints of one performer: dense marker sets have a few hundred."""

MAX_COLUMNS = 16 * MAX_JOINTS
"""Columns of a table: position, rotation, confidence and more of each joint."""

MAX_NAME_LENGTH = 256
"""Characters in the name of a joint."""

MAX_PEOPLE = 4096
"""People in one array. Each of them becomes a clip, so an array with swapped axes would become millions."""

MAX_LINE_LENGTH = 2**20
"""Characters in a line of text."""

MAX_BYTES = 2**29
"""Bytes of joint positions in one recording. With the copies that are made of them this stays below 2 GB."""

MAX_GROWTH = 32
"""Bytes of joint positions per byte of the file. A file that unpacks to more is a zip bomb, not a recording."""

SMALL_CLIP_BYTES = 2**25
"""Bytes of joint positions that any file may unpack to, however small it is."""
