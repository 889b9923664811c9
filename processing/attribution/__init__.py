"""On which body parts and seconds a label rests, measured by occlusion."""
