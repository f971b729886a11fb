"""Runs a model's graph on onnxruntime, one input a run, as many runs side by side as there are threads.

Threads that share one run wait for one another at every step, and the inputs of a batch are padded to its longest.
Runs of one thread each do neither: five passages take 0.6 of the time, and on a busy machine less. An input's output
does not depend on what else is run, either, which matters where activations are scaled by their largest value (int8).
"""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

Inputs = Mapping[str, NDArray[np.int64]]

# The fused form of addition and layer normalisation takes several times as long as the two by themselves.
_SLOW_FUSION = "SkipLayerNormFusion"


class GraphRunner:
    """Runs one graph. Safe to use from several threads, whose runs share the threads of this one."""

    def __init__(self, graph: Path, threads: int | None = None) -> None:
        """Open the graph.

        Args:
            graph: Weights in a file beside it are mapped, so that processes share them.
            threads: Runs at a time; None is one per core that this process may use.

        Raises:
            Exception: onnxruntime can't run it; its errors have no common class.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.enable_mem_pattern = False  # it keeps a plan for each length of text, and saves no time
        # by its path: of bytes, a second copy would be kept
        self._session = onnxruntime.InferenceSession(
            str(graph), options, providers=["CPUExecutionProvider"], disabled_optimizers=[_SLOW_FUSION]
        )
        self._names = {node.name for node in self._session.get_inputs()}
        self._pool = ThreadPoolExecutor(threads or n_cores(), thread_name_prefix=graph.parent.name)

    def run_each(self, inputs: Sequence[Inputs]) -> list[list[NDArray[Any]]]:
        """Return the graph's outputs for each of the inputs, in order; names that it doesn't take are left out."""
        if len(inputs) == 1:
            return [self._run(inputs[0])]  # a pool's thread would do the same a little later
        # the longest first, so that no thread is left with one at the end
        by_size = sorted(range(len(inputs)), key=lambda place: -max(value.size for value in inputs[place].values()))
        futures = {place: self._pool.submit(self._run, inputs[place]) for place in by_size}
        return [futures[place].result() for place in range(len(inputs))]

    def _run(self, inputs: Inputs) -> list[NDArray[Any]]:
        outputs: list[NDArray[Any]] = self._session.run(
            None, {name: value for name, value in inputs.items() if name in self._names}
        )
        return outputs


def n_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def has_bf16() -> bool:
    """Tell whether the processor multiplies bfloat16 itself; elsewhere it is several times slower than fp32."""
    cpuinfo = Path("/proc/cpuinfo")
    return cpuinfo.exists() and any(flag in cpuinfo.read_text("utf-8") for flag in ("amx_bf16", "avx512_bf16"))
