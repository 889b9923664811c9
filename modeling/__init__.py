"""The configuration and the model; this folder travels to the Hub as it is."""
