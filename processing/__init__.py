"""From files and joint arrays to what the model reads. The Hub gets a flat copy of this folder."""
