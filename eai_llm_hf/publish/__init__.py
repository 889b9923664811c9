"""Checkpoints as they are found, described, licensed and shared."""
