"""config/embedded.toml is what the program says its configuration is: every key, its meaning, limits and default."""
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = pathlib.Path(os.environ.get("JANGTEO_BINARY", ROOT / "build" / "release" / "jangteo")).resolve()
FILE = ROOT / "config" / "embedded.toml"


def print_config(*arguments):
    result = subprocess.run([BINARY, "config", *arguments], capture_output=True, text=True, check=False)
    return result.returncode, result.stdout, result.stderr


def test_the_file_names_every_key_with_its_default():
    status, wanted, _ = print_config()
    assert status == 0
    assert FILE.read_text(encoding="utf-8") == wanted, "make config writes it anew"


def test_the_program_takes_the_file():
    status, printed, errors = print_config("--config", str(FILE))
    assert (status, errors) == (0, "")
    assert printed == FILE.read_text(encoding="utf-8")


def test_an_unknown_key_is_refused_by_name(tmp_path):
    file = tmp_path / "jangteo.toml"
    file.write_text(FILE.read_text(encoding="utf-8") + "\n[storage_of_things]\nshelves = 3\n", encoding="utf-8")
    status, _, errors = print_config("--config", str(file))
    assert status != 0 and "storage_of_things" in errors
