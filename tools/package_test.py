"""The .deb that `make package` makes, listed by dpkg."""
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("JANGTEO_BINARY", ROOT / "build" / "release" / "jangteo")).resolve().parent


@pytest.fixture(name="package", scope="module")
def make_package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("package")
    command = ["cpack", "-G", "DEB", "--config", str(BUILD / "CPackConfig.cmake"), "-B", str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return next(folder.glob("jangteo_*.deb"))


def dpkg(*arguments):
    return subprocess.run(["dpkg-deb", *arguments], capture_output=True, text=True, check=True).stdout


def test_the_package_holds_the_program_its_configuration_unit_and_licence(package):
    files = {line.split()[5].lstrip("."): line.split()[0] for line in dpkg("-c", str(package)).splitlines()}
    assert files["/usr/bin/jangteo"] == "-rwxr-xr-x"
    for name in ("/etc/jangteo/jangteo.toml", "/lib/systemd/system/jangteo.service", "/usr/share/doc/jangteo/copyright"):
        assert name in files


def test_the_package_depends_on_the_libraries_that_the_program_links(package):
    depends = dpkg("-f", str(package), "Depends")
    assert "libsqlite3-0" in depends and "libssl3" in depends and "libsodium23" in depends


def test_the_configuration_survives_an_upgrade(package, tmp_path):
    dpkg("-e", str(package), str(tmp_path))
    assert (tmp_path / "conffiles").read_text(encoding="utf-8") == "/etc/jangteo/jangteo.toml\n"
