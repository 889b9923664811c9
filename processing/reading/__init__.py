"""Turns a file or an array into `Motion`: one module per format, plus what the formats share."""
