"""The server of `eai-llm serve`: recordings come in by HTTP, records go out, and clips of many clients share a batch.

request --application.py--> a place, or 429 --uploads.py, in a thread; reading.py, in a process--> a call, read
call --batching.py, in the one thread that uses the model--> events: label, parts of the text, record

`limits.py` says what one server takes, and `metrics.py` what it counts. Only `application.py`, `metrics.py` and
`uploads.py` need the extra `serve`. docs/serving.md describes the server for users.
"""
