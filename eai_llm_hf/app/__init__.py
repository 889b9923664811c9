"""The app: a page on which visitors explain, question, compare and teach recordings, on this machine or as a Space.

`session.py` is what one visitor has, `actions.py` what a visitor can do with the pipeline, `views.py` shows the
results with the parts of the report, and `layout.py` is the page. Only `layout.py` imports Gradio, of the extra `app`.
"""
