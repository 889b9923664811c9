"""The methods that the benchmark compares, and the task that each of them gets."""
