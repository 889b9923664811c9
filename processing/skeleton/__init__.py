"""Turns `Motion` into `UnifiedClip`: rigs, joint matching, units, axes and time."""
