import pytest

from bench import disk_probe
from bench.disk_probe import file_system_of, measure_fsyncs_per_s, require_durable
from bench.server_process import BenchError


def test_refuses_a_folder_in_memory():
    assert file_system_of("/dev/shm")[0] == "tmpfs"
    with pytest.raises(BenchError, match="tmpfs"):
        require_durable("/dev/shm")


def test_finds_the_innermost_mount(monkeypatch, tmp_path):
    mounts = tmp_path / "mounts"
    inner = tmp_path / "disk"
    inner.mkdir()
    mounts.write_text(f"a / ext4 rw 0 0\nb {tmp_path} tmpfs rw 0 0\nc {inner} xfs rw 0 0\n")
    monkeypatch.setattr(disk_probe, "MOUNTS", mounts)
    assert file_system_of(inner / "data")[0] == "xfs"
    assert file_system_of(str(inner) + "-other")[0] == "tmpfs"


def test_counts_writes_made_durable_and_leaves_nothing(tmp_path):
    assert measure_fsyncs_per_s(tmp_path, 0.1) > 0
    assert list(tmp_path.iterdir()) == []
