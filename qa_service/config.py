"""Settings: flag > environment `QA_*` > `qa.toml` in the working directory > default.

The README's table is generated from the field descriptions here; a test keeps the two the same.
"""

import difflib
import logging
import os
import re
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from qa_service.errors import SettingsError
from qa_service.logs import FORMATTERS

logger = logging.getLogger(__name__)

SETTINGS_FILE = Path("qa.toml")
_PREFIX = "QA_"
_TOKEN = re.compile(r"[!-~]+")
_ORIGIN = re.compile(r"https?://[^\s/?#@*]+")
# Libraries that tell of each request, model and file at the level that this program logs at, and how bad it must be.
_QUIET = {
    "sentence_transformers": logging.WARNING,
    "transformers": logging.WARNING,
    "httpx": logging.WARNING,
    "filelock": logging.WARNING,
    "faiss": logging.WARNING,
    "milvus_lite": logging.CRITICAL,  # what it can't open is told by whoever asked it to
    "grpc._server": logging.CRITICAL,  # milvus-lite's: it has a traceback for each call that it doesn't know
    "pypdf": logging.ERROR,  # it warns of all that it repairs
    "watchfiles": logging.WARNING,
    "waitress.queue": logging.ERROR,  # it warns when it wakes a thread; how much is taken on is ours to limit
}


class Settings(BaseSettings):
    """What a person may choose. Field `x` is flag `--x`, environment `QA_X` and key `x` of qa.toml."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, toml_file=SETTINGS_FILE, extra="forbid", frozen=True
    )

    documents: Path = Field(Path("documents"), description="Folder of releases")
    index: Path = Field(Path("index"), description="Folder of snapshots")
    embedder: str = Field(
        "all-MiniLM-L6-v2",
        min_length=1,
        description="sentence-transformers model: a name or a folder; the default comes with the package",
    )
    backend: Literal["faiss", "milvus"] = Field(
        "faiss",
        description="Where vectors and words are indexed: `faiss`, in the snapshot, or `milvus`, on a server "
        "(docs/scale-out.md)",
    )
    milvus_uri: str = Field(
        "http://127.0.0.1:19530",
        min_length=1,
        description="Where Milvus is; a file that ends in `.db` is opened by milvus-lite, for one process to try it",
    )
    milvus_token: SecretStr | None = Field(None, description="`user:password` or key that Milvus asks for; unset, none")
    milvus_index: str | None = Field(
        None,
        description="Milvus's index of vectors, such as `FLAT`, `HNSW` or `DISKANN`; unset, `FLAT` up to 250,000 "
        "passages and `AUTOINDEX` beyond",
    )
    ranker: Literal["hybrid", "dense", "lexical"] = Field(
        "hybrid",
        description="How passages are found: `hybrid`, by meaning and by words; `dense`, by meaning; `lexical`, by "
        "words (BM25)",
    )
    reader: str = Field(
        "span",
        min_length=1,
        description="What cuts the answer from a passage: `span`, `sentence` (light, whole sentences), a folder "
        "made by `qa-service train`, or a Hugging Face question-answering model by folder or name",
    )
    threshold: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Least confidence to answer with; unset, the reader's own, chosen on development data",
    )
    passage_tokens: int = Field(
        200, ge=32, le=4096, description="Longest passage, in the embedder's tokens, without title, date and section"
    )
    min_words: int = Field(20, ge=1, le=500, description="Paragraphs shorter than this join what they belong to")
    max_file_mb: float = Field(20, gt=0, le=1000, description="Larger files are skipped, and reported")
    keep_snapshots: int = Field(
        3, ge=2, description="Snapshots kept after a build; questions may still run on the one before"
    )
    questions: Path | None = Field(
        None,
        description="Saved questions, one JSON object with `question` a line, asked of the old and the new snapshot "
        "after a build; unset, `questions.jsonl` beside the documents folder",
    )
    rebuild_token: SecretStr | None = Field(
        None,
        min_length=16,
        description="Token that `POST /rebuild` and the operator's page ask for; unset, both are off",
    )
    watch_quiet_s: float = Field(
        2.0, gt=0, le=3600, description="Seconds without a change in the documents folder before a watcher builds"
    )
    threads: int | None = Field(None, ge=1, description="Threads of a model, a text each; unset, one per core")
    host: str = Field("127.0.0.1", min_length=1, description="Address to serve on")
    port: int = Field(8000, ge=0, le=65535, description="Port to serve on; 0 picks a free one")
    mcp_port: int = Field(8001, ge=0, le=65535, description="Port for `qa-service mcp --http`; 0 picks a free one")
    allowed_hosts: str | None = Field(
        None,
        description="Names that the server answers to, separated by commas, such as `qa.example.org`, `.example.org` "
        "for its sub-domains, or `*`; unset, those of this machine when `host` is, else any",
    )
    proxies: int = Field(
        0,
        ge=0,
        le=10,
        description="Proxies in front of the server that set `X-Forwarded-For` and `X-Forwarded-Proto`; what they tell "
        "of the client's address and of https counts then; 0, nobody is believed",
    )
    server_threads: int = Field(4, ge=1, le=256, description="Questions answered at the same time, by each process")
    waiting_questions: int = Field(
        16,
        ge=0,
        le=1000,
        description="Questions that may wait for their turn, in each process; any more get 503 at once",
    )
    questions_per_minute: int | None = Field(
        None,
        ge=1,
        le=100_000,
        description="Questions that one client address may ask a minute of each process, 429 beyond, a timeline "
        "counting as one for every 5 `max_releases`; unset, any number",
    )
    cors_origins: str | None = Field(
        None,
        description="Origins whose pages may read the API in a browser, such as `https://a.example, https://b.example`,"
        " or `*` for all; unset, none",
    )
    fetch_timeout_s: float = Field(30, gt=0, le=3600, description="Seconds that a feed or a page may take to fetch")
    fetch_max_mb: float = Field(5, gt=0, le=1000, description="Larger feeds and pages are not fetched, and reported")
    allow_private_addresses: bool = Field(
        False, description="Whether feeds on this machine and in private networks are fetched; flag `--allow-private`"
    )
    feedback: bool = Field(
        True,
        description="Whether readers may say if an answer is right; kept in `feedback.sqlite` beside the snapshots",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least severe log line shown: `DEBUG`, `INFO`, `WARNING` or `ERROR`"
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="Log lines for people, or `json`: one object a line"
    )
    log_questions: bool = Field(False, description="Whether the log shows what is asked")

    @field_validator("documents", "index", mode="before")
    @classmethod
    def _is_named(cls, given: object) -> object:
        if given == "":  # as a path it would be the working directory
            raise ValueError("name a folder")
        return given

    @field_validator("documents", "index", "questions")
    @classmethod
    def _at_home(cls, given: Path | None) -> Path | None:
        return given and Path(os.path.expanduser(given))  # noqa: PTH111 - Path's own raises where there is no home

    @field_validator("rebuild_token")
    @classmethod
    def _fits_a_header(cls, given: SecretStr | None) -> SecretStr | None:
        if given and not _TOKEN.fullmatch(given.get_secret_value()):
            raise ValueError("no header can carry it: take ASCII letters, digits and signs, without space or line end")
        return given

    @field_validator("allowed_hosts")
    @classmethod
    def _are_names(cls, given: str | None) -> str | None:
        for name in (given or "").split(","):
            if "/" in name:
                raise ValueError(f"{name.strip()!r} is no name: write it as in an address, without https:// and path")
        return given

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, given: str | None) -> str | None:
        for origin in split_origins(given):
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is no origin: write https://HOST or https://HOST:PORT, without a path")
        return given

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def open_settings(**flags: Any) -> Settings:
    """Return the settings in force, log as they say, and warn of variables that name none; raises SettingsError."""
    settings = load_settings(**flags)
    start_logging(settings)
    for name in sorted(os.environ):
        key = name.upper().removeprefix(_PREFIX).lower()
        if name.upper().startswith(_PREFIX) and key not in Settings.model_fields:
            near = difflib.get_close_matches(key, Settings.model_fields, n=1)
            logger.warning("%s names no setting%s", name, f": did you mean {_PREFIX}{near[0].upper()}?" if near else "")
    return settings


def load_settings(**flags: Any) -> Settings:
    """Return the settings in force; flags that are None were not given.

    Raises:
        SettingsError: Naming each key that is unknown or has a wrong value, the value and what is wanted.
    """
    try:
        return Settings(**{key: value for key, value in flags.items() if value is not None})
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))} = {_shown(fault['loc'], fault['input'])}: {fault['msg']}"
            for fault in error.errors()
        )
        raise SettingsError(f"wrong setting: {faults}. The README lists the settings.") from error
    except ValueError as error:  # qa.toml is not TOML
        raise SettingsError(f"{SETTINGS_FILE} can't be read: {error}") from error


def split_origins(given: str | None) -> list[str]:
    """Return the origins of the setting `cors_origins`, as browsers write them."""
    return [origin.strip().lower() for origin in given.split(",")] if given and given.strip() else []


def _shown(location: tuple[int | str, ...], value: object) -> str:
    field = Settings.model_fields.get(str(location[0])) if location else None
    is_secret = field is not None and "SecretStr" in str(field.annotation)
    return "(not shown)" if is_secret else repr(value)


def start_logging(settings: Settings) -> None:
    """Log to stderr as `settings` say. Only the doors call it: it holds for the whole process."""
    handler = logging.StreamHandler()
    handler.setFormatter(FORMATTERS[settings.log_format]())
    logging.basicConfig(level=settings.log_level, handlers=[handler])
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)
