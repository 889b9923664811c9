"""The Space: the page of `eai-llm app`; `eai-llm export --space USER/NAME` puts the package next to this file."""

from eai_llm_hf import load_pipeline
from eai_llm_hf.app.layout import build_app, launch_options, load_gradio

demo = build_app(load_pipeline())

if __name__ == "__main__":
    demo.launch(**launch_options(load_gradio()))
