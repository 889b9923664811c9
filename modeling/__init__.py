"""The configuration and the model. The Hub gets a flat copy of this folder."""
