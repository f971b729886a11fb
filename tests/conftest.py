"""Fixtures that build everything: a corpus of three releases, its index, an engine on it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import WordEmbedder

from qa_service.assembly import make_builder, make_engine
from qa_service.config import Settings, load_settings
from qa_service.engine import Engine
from qa_service.indexing.snapshot import open_current

SHARED = Path(__file__).parents[1].parent / "shared" / "corpus"

RELEASES = {
    "2005-05-10-summit.txt": (
        "Japan-Russia Summit Meeting\n\nMay 10, 2005\n\n"
        "Prime Minister Koizumi met President Putin in the Kremlin for approximately 30 minutes from 6:40 pm, Moscow "
        "time, on the occasion of the ceremony in Moscow.\n\n"
        "2. Japan-Russia relations\n\n"
        "Toyota Motor Corporation decided to build a manufacturing plant in St. Petersburg. The Foreign Minister of "
        "Russia, Sergey Lavrov, will visit Japan on May 30 and 31 to prepare the visit of the President.\n"
    ),
    "2002-08-30-flood.txt": (
        "Emergency Assistance for Flood Disaster\n\nAugust 30, 2002\n\n"
        "Japan settled on relief supplies worth roughly 16.7 million yen for the flood-hit Republic of Korea, made up "
        "of ten tents, 75 sleeping mats and 20 portable water tanks.\n"
    ),
    "undated/agreement.md": (
        "# Agreement on Nature Conservation\n\nThe two governments signed the agreement on wetlands and agreed to meet "
        "every second year in order to review how it is carried out by both sides.\n"
    ),
}


@pytest.fixture
def write_releases(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Write files into a documents folder and return it."""

    def write(releases: dict[str, str]) -> Path:
        folder = tmp_path / "documents"
        folder.mkdir(exist_ok=True)
        for name, text in releases.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def settings(tmp_path: Path, write_releases: Callable[[dict[str, str]], Path]) -> Settings:
    """Settings on the three releases, with nothing built yet, and the light reader, which needs no time to load."""
    return load_settings(documents=write_releases(RELEASES), index=tmp_path / "index", reader="sentence")


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture
def engine(settings: Settings, embedder: WordEmbedder) -> Engine:
    """An engine on a built index of the three releases."""
    make_builder(settings, embedder).build()
    return make_engine(settings, open_current(settings.index), embedder)


@pytest.fixture(scope="session")
def shared_corpus() -> Path:
    """The development corpora, which users don't have."""
    if not SHARED.is_dir():
        pytest.skip("needs the development corpora beside the project")
    return SHARED
