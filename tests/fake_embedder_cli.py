"""The command line over the tests' fake embedder, which needs no time to load; run by tests as a program."""

from fakes import WordEmbedder

from qa_service import assembly, rebuilding
from qa_service.cli import main

if __name__ == "__main__":
    for door in (assembly, rebuilding):
        door.make_embedder = lambda _settings: WordEmbedder()  # type: ignore[assignment, attr-defined]
    main()
