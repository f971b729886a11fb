import pytest

from qa_service.loading.superscripts import raised


@pytest.mark.parametrize(
    ("run", "written"),
    [("2", "²"), ("14", "¹⁴"), (" 6 ", " ⁶ "), ("[3]", "[³]"), ("1,2", "¹,²"), ("th", "th"), ("2nd", "2nd"), ("", "")],
)
def test_raised_digits_are_superscripts(run: str, written: str) -> None:
    assert raised(run) == written
