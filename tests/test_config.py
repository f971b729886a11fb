from pathlib import Path

import pytest

from qa_service.config import Settings, load_settings, open_settings, split_origins
from qa_service.errors import SettingsError

README = Path(__file__).parents[1] / "README.md"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"QA_{name.upper()}", raising=False)
    return tmp_path


def test_a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings().port == 8000
    (empty_folder / "qa.toml").write_text("port = 1\nhost = '0.0.0.0'\n")
    assert load_settings().port == 1
    monkeypatch.setenv("QA_PORT", "2")
    assert load_settings().port == 2
    assert load_settings(port=3).port == 3
    assert load_settings(port=None).port == 2
    assert load_settings().host == "0.0.0.0"


def test_a_wrong_value_names_key_value_and_what_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_PORT", "many")
    with pytest.raises(SettingsError, match=r"port = 'many': .*valid integer"):
        load_settings()


def test_an_unknown_key_of_the_file_is_an_error(empty_folder: Path) -> None:
    (empty_folder / "qa.toml").write_text("colour = 'red'\n")
    with pytest.raises(SettingsError, match="colour"):
        load_settings()


def test_a_file_that_is_not_toml_is_an_error(empty_folder: Path) -> None:
    (empty_folder / "qa.toml").write_text("port = = 1\n")
    with pytest.raises(SettingsError, match=r"qa\.toml can't be read"):
        load_settings()


def test_the_readme_lists_every_setting_with_its_default() -> None:
    table = README.read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        default = "unset" if field.default is None else f"`{field.default}`"
        assert f"| `{name}` | `QA_{name.upper()}` | {default} | {field.description} |" in table


@pytest.mark.parametrize(
    "origin", ["https://a.example/", "a.example", "https://*.example", "null", "https://a.example,"]
)
def test_what_is_no_origin_is_named(origin: str) -> None:
    with pytest.raises(SettingsError, match=r"cors_origins = .* is no origin: write https://HOST"):
        load_settings(cors_origins=f"https://b.example:8443, {origin}")


def test_origins_are_separated_by_commas_and_compared_as_browsers_write_them() -> None:
    assert split_origins(load_settings(cors_origins="https://A.example ,http://localhost:3000").cors_origins) == [
        "https://a.example",
        "http://localhost:3000",
    ]
    assert split_origins("*") == ["*"]
    assert split_origins(None) == split_origins(" ") == []


def test_a_token_that_is_too_short_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_REBUILD_TOKEN", "hunter2")
    with pytest.raises(SettingsError, match=r"rebuild_token = \(not shown\): .*at least 16") as raised:
        load_settings()
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("token", ["a-token-of-some-length\n", " a-token-of-some-length", "ein-schlüssel-mit-umlaut"])
def test_a_token_that_no_header_can_carry_is_refused(token: str) -> None:
    with pytest.raises(SettingsError, match=r"rebuild_token = \(not shown\): .*no header can carry it"):
        load_settings(rebuild_token=token)


def test_an_address_is_no_name_of_a_host() -> None:
    with pytest.raises(SettingsError, match=r"'https://qa.example.org' is no name: write it as in an address"):
        load_settings(allowed_hosts="localhost, https://qa.example.org")


def test_an_empty_variable_is_one_that_is_not_set(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_folder / "qa.toml").write_text("host = '0.0.0.0'\n")
    for name in Settings.model_fields:
        monkeypatch.setenv(f"QA_{name.upper()}", "")
    assert load_settings() == Settings(host="0.0.0.0")
    assert (load_settings().threshold, load_settings().rebuild_token) == (None, None)


def test_a_variable_that_names_no_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("QA_REBULD_TOKEN", "qa_port", "QA_X", "PORT"):
        monkeypatch.setenv(name, "1")
    assert open_settings().port == 1
    assert caplog.messages == [
        "QA_REBULD_TOKEN names no setting: did you mean QA_REBUILD_TOKEN?",
        "QA_X names no setting",
    ]


def test_the_home_folder_may_be_written_as_a_tilde(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    (empty_folder / "qa.toml").write_text("index = '~/index'\nquestions = '~/questions.jsonl'\n")
    settings = load_settings(documents="~/releases")
    assert settings.documents == Path("/home/someone/releases")
    assert settings.index == Path("/home/someone/index")
    assert settings.questions == Path("/home/someone/questions.jsonl")


@pytest.mark.parametrize("name", ["documents", "index"])
def test_a_folder_without_a_name_is_not_the_working_directory(empty_folder: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=rf"{name} = '': .*name a folder"):
        load_settings(**{name: ""})
    (empty_folder / "qa.toml").write_text(f"{name} = ''\n")
    with pytest.raises(SettingsError, match="name a folder"):
        load_settings()


@pytest.mark.parametrize("name", ["max_file_mb", "fetch_max_mb"])
@pytest.mark.parametrize("value", ["inf", "nan", "1001", "0"])
def test_a_size_has_bounds(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"QA_{name.upper()}", value)
    with pytest.raises(SettingsError, match=rf"{name} = '{value}': .*(less|greater) than"):
        load_settings()
