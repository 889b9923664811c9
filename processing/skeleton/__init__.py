"""`Motion` becomes `UnifiedClip`: rigs, joint matching, units, axes and time."""
