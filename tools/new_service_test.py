"""What script/new-service lays out keeps the layers and the style. That it compiles and works is trial_test's business."""
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent


def run(*command, cwd=ROOT):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, cwd=cwd)


@pytest.fixture(name="tree")
def copy_of_the_sources(tmp_path):
    for folder in ("src", "script", "tools"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests" / "support", tmp_path / "tests" / "support")
    shutil.copytree(ROOT / "tests" / "contract", tmp_path / "tests" / "contract")
    shutil.copy(ROOT / ".clang-format", tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["review", "gift_card"])
def test_a_new_service_keeps_layers_and_style_and_is_declared(tree, name):
    result = run(tree / "script" / "new-service", name)
    assert (result.returncode, result.stderr) == (0, "")
    folder = tree / "src" / "services" / name
    for file in (f"{name}_api.h", f"domain/{name}_rules_test.cc", f"{name}_store.cc", f"{name}_routes_test.cc", f"schema/0001_{name}.sql"):
        assert (folder / file).is_file()
    assert "@" not in "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file())
    assert f"jangteo_folder(services/{name} DEPENDS" in (tree / "src" / "CMakeLists.txt").read_text(encoding="utf-8")
    for tool in ("check_layers", "check_style"):
        found = run(tree / "tools" / tool).stdout.splitlines()
        assert [line for line in found if name in line] == []


def test_an_existing_service_is_never_overwritten(tree):
    assert run(tree / "script" / "new-service", "review").returncode == 0
    again = run(tree / "script" / "new-service", "review")
    assert again.returncode == 1 and "exists already" in again.stderr


@pytest.mark.parametrize("name", ["Review", "gift-card", "ab", "../order", "_x", "orders/x"])
def test_a_bad_name_is_refused(tree, name):
    result = run(tree / "script" / "new-service", name)
    assert result.returncode == 2 and "is no name for a service" in result.stderr
