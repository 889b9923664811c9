"""Which files are read. The command line's help names them, so this module imports nothing."""

READABLE_SUFFIXES = (".bvh", ".c3d", ".csv", ".json", ".npy", ".npz", ".trc")
"""Files that `read_motions` reads."""

__all__ = ["READABLE_SUFFIXES"]
