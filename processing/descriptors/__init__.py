"""What is measured on a clip, and the reference that it is measured against."""
