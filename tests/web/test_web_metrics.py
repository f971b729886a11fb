"""The figures that a Prometheus server reads."""

from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from web_fakes import FakeLive

from qa_service.web.app import create_app
from qa_service.web.limits import Limits


def figures(client: FlaskClient) -> dict[str, float]:
    """Return the figures by name and labels, in Prometheus' way of writing them."""
    response = client.get("/metrics")
    assert response.content_type == "text/plain; version=0.0.4; charset=utf-8"
    return {
        sample.name + ("{" + ",".join(f"{k}={v}" for k, v in sample.labels.items()) + "}" if sample.labels else ""): (
            sample.value
        )
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def test_questions_are_counted_by_what_came_of_them(client: FlaskClient) -> None:
    for question in ("How long?", "How long?", "Unknown?", "explode", "refuse", ""):
        client.post("/ask", json={"question": question})
    client.post("/ask", json={"question": "How long?", "filters": {"document_ids": []}})
    found = figures(client)
    assert {name: value for name, value in found.items() if name.startswith("qa_questions_total")} == {
        "qa_questions_total{outcome=answered}": 2,
        "qa_questions_total{outcome=no_match}": 1,
        "qa_questions_total{outcome=low_confidence}": 0,
        "qa_questions_total{outcome=outside_filters}": 1,
        "qa_questions_total{outcome=failed}": 1,
    }
    assert found["qa_question_seconds_count"] == 4


def test_timelines_are_counted_by_whether_a_release_answered(client: FlaskClient) -> None:
    for question in ("How many countries?", "How long?", "Unknown?", "explode"):
        client.post("/timeline", json={"question": question})
    found = figures(client)
    assert [
        found[f"qa_questions_total{{outcome={outcome}}}"] for outcome in ("answered", "low_confidence", "failed")
    ] == [
        2,
        1,
        1,
    ]
    assert found["qa_question_seconds_count"] == 3


def test_each_stage_of_the_engine_has_its_times(client: FlaskClient) -> None:
    client.post("/ask", json={"question": "How long?"})
    found = figures(client)
    for stage in ("interpret", "retrieve", "read", "decide", "cite"):
        assert f"qa_stage_seconds_count{{stage={stage}}}" in found
    assert found["qa_stage_seconds_sum{stage=read}"] == 0.001


def test_what_limits_turn_away_is_counted(live: FakeLive) -> None:
    client = create_app(live, limits=Limits(per_minute=1)).test_client()
    for _ in range(3):
        client.get("/ask?q=long")
    assert figures(client)["qa_questions_turned_away_total{limit=rate}"] == 2
    assert figures(client)["qa_questions_in_flight{state=running}"] == 0


def test_the_snapshot_is_told_while_there_is_one(client: FlaskClient, live: FakeLive) -> None:
    found = figures(client)
    assert found["qa_snapshot_age_seconds"] > 0
    assert (found["qa_snapshot_documents"], found["qa_snapshot_passages"]) == (3, 11)
    live.stop()
    assert not any(name.startswith("qa_snapshot") for name in figures(client))


def test_no_figure_holds_a_question(client: FlaskClient) -> None:
    client.get("/ask?q=Where+is+the+secret+meeting")
    assert "secret" not in client.get("/metrics").text


def test_what_runs_is_told(client: FlaskClient) -> None:
    [build] = [name for name in figures(client) if name.startswith("qa_build_info")]
    assert build.startswith("qa_build_info{")
    assert "python=3" in build
    assert "version=0" in build
