"""The dependency direction of docs/architecture.md."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "qa_service"

DRAWN = (PACKAGE.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
ROOMS = DRAWN.partition("\n## The rooms")[2].partition("\n## ")[0]

# A module may import from layers above its own; inside a layer only from its own package. A part with spaces is a note.
LAYERS = [
    {name for name in re.split(r" {2,}", line.strip()) if " " not in name}
    for line in ROOMS.splitlines()
    if line.startswith("    ")
]
LAYER_OF = {name: depth for depth, layer in enumerate(LAYERS) for name in layer}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_module_has_a_place_in_the_layers() -> None:
    assert {room(path) for path in modules()} == set(LAYER_OF)


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_imports_only_from_layers_above_its_own(path: Path) -> None:
    for name in imports(path):
        if not name.startswith("qa_service"):
            continue
        parts = name.split(".")
        assert len(parts) > 1, f"{path.name} imports the package root"
        target = parts[1]
        assert target in LAYER_OF, f"{path.name} imports {name} from the package root"
        assert target == room(path) or LAYER_OF[target] < LAYER_OF[room(path)], f"{path.name} imports {name}"


@pytest.mark.parametrize(
    ("libraries", "rooms"),
    [
        ({"flask", "werkzeug", "waitress"}, {"web"}),
        ({"mcp"}, {"mcp_server"}),
        ({"torch"}, {"embedding", "reading", "training"}),
    ],
)
def test_a_heavy_library_is_imported_in_its_own_rooms_only(libraries: set[str], rooms: set[str]) -> None:
    users = {room(path) for path in modules() for name in imports(path) if name.split(".")[0] in libraries}
    assert users == rooms


def test_package_files_only_re_export() -> None:
    for path in PACKAGE.rglob("__init__.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            assert not isinstance(node, ast.ClassDef | ast.For | ast.While), f"{path} holds logic"


def test_importing_the_client_loads_nothing_of_a_server() -> None:
    heavy = {"torch", "flask", "faiss", "onnxruntime", "numpy", "pydantic"}
    check = f"import sys, qa_service.client; sys.exit(' '.join({heavy} & set(sys.modules)) or 0)"
    result = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_importing_the_command_line_loads_neither_torch_nor_flask() -> None:
    heavy = {"torch", "flask", "faiss", "onnxruntime"}
    check = f"import sys, qa_service.cli; sys.exit(' '.join({heavy} & set(sys.modules)) or 0)"
    result = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_importing_the_loaders_loads_no_library_of_a_format_that_no_file_may_have() -> None:
    check = "import sys, qa_service.loading; sys.exit(' '.join({'pypdf', 'docx'} & set(sys.modules)) or 0)"
    result = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
