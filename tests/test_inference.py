from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from qa_service.inference import GraphRunner, Inputs, n_cores


@pytest.fixture
def runner(tmp_path: Path) -> GraphRunner:
    """A graph that adds 1 to `ids`, of any shape."""
    node = helper.make_node("Add", ["ids", "one"], ["more"])
    graph = helper.make_graph(
        [node],
        "plus one",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["n", "m"])],
        [helper.make_tensor_value_info("more", TensorProto.INT64, ["n", "m"])],
        [helper.make_tensor("one", TensorProto.INT64, [1], [1])],
    )
    path = tmp_path / "graph.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), path)
    return GraphRunner(path, threads=2)


def numbers(value: int, width: int) -> Inputs:
    return {"ids": np.full((1, width), value, np.int64), "mask": np.ones((1, width), np.int64)}


def test_outputs_come_in_the_order_of_inputs_each_in_its_own_shape(runner: GraphRunner) -> None:
    outputs = runner.run_each([numbers(value, width=value % 5 + 1) for value in range(50)])
    assert [rows.shape[1] for [rows] in outputs] == [value % 5 + 1 for value in range(50)]
    assert [int(rows[0, 0]) for [rows] in outputs] == list(range(1, 51))


def test_nothing_to_run_is_no_output(runner: GraphRunner) -> None:
    assert runner.run_each([]) == []


def test_several_threads_may_run_at_once(runner: GraphRunner) -> None:
    def run(base: int) -> list[int]:
        return [int(rows[0, 0]) for [rows] in runner.run_each([numbers(base + step, 3) for step in range(20)])]

    with ThreadPoolExecutor(8) as callers:
        assert list(callers.map(run, range(0, 800, 100))) == [
            [base + step + 1 for step in range(20)] for base in range(0, 800, 100)
        ]


def test_an_error_of_one_run_reaches_the_caller(runner: GraphRunner) -> None:
    with pytest.raises(Exception, match="ids"):
        runner.run_each([numbers(1, 2), {"mask": np.ones((1, 2), np.int64)}])


def test_there_is_a_core() -> None:
    assert n_cores() >= 1
