"""The memory of the server levels off, however many lengths its texts have."""

import subprocess
import sys

import pytest

_KERNELS = """
import ctypes
import torch
from eai_llm_hf.serving.limits import keep_few_kernels

class Heap(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "arena o s m hblkhd u f used free top".split()]

library = ctypes.CDLL("libc.so.6")
library.mallinfo2.restype = Heap
keep_few_kernels()
weights = torch.ones(64, 64, dtype=torch.bfloat16)
used = []
for length in range(1, 601):
    torch.nn.functional.linear(torch.ones(length, 64, dtype=torch.bfloat16), weights)
    if length in (150, 600):
        used.append(library.mallinfo2().used)
print((used[1] - used[0]) / 1e6)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks the C library of Linux")
def test_a_server_keeps_few_kernels_so_that_its_memory_does_not_grow_with_every_length_of_a_text():
    command = [sys.executable, "-c", _KERNELS]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    assert float(done.stdout) < 10, "without the bound 250 MB on a processor with instructions for bfloat16"
