"""Which files are read. The command line's help names them, so this module imports nothing."""

READABLE_SUFFIXES = (".bvh", ".c3d", ".csv", ".json", ".npy", ".npz", ".trc")
"""What `read_motions` reads, in the order in which the files of one take are preferred."""

__all__ = ["READABLE_SUFFIXES"]
