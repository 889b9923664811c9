"""From files and joint arrays to what the model reads; this folder travels to the Hub as it is."""
