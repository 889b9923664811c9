"""Two-stage training: skeleton-language alignment, then question answering with LoRA."""
