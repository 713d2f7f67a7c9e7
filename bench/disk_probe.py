"""What the disk under a durable figure can do: its file system, and how many times a second it makes one small write durable."""
import os
import pathlib
import time

from bench.server_process import BenchError

MOUNTS = pathlib.Path("/proc/self/mounts")
NOT_DURABLE = {"tmpfs", "ramfs", "devtmpfs"}


def file_system_of(folder):
    """(type, mount point) of the mount that holds the folder, by /proc/self/mounts (proc(5))."""
    folder = str(pathlib.Path(folder).resolve())
    best = ("unknown", "")
    for line in MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines():
        _, mount_point, kind = line.split()[:3]
        mount_point = mount_point.encode().decode("unicode_escape")
        inside = folder == mount_point or folder.startswith(mount_point.rstrip("/") + "/")
        if inside and len(mount_point) >= len(best[1]):
            best = (kind, mount_point)
    return best


def require_durable(folder):
    kind, mount_point = file_system_of(folder)
    if kind in NOT_DURABLE:
        raise BenchError(f"{folder} is on {kind} ({mount_point}): nothing is durable there. Name a folder on a disk with --folder")
    return kind


def measure_fsyncs_per_s(folder, duration_s=1.0):
    """Appends of 4 kB to one file, each followed by fdatasync, one after another."""
    path = pathlib.Path(folder) / "fsync-probe"
    block = b"x" * 4096
    file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        count = 0
        started = time.monotonic()
        while time.monotonic() < started + duration_s:
            os.write(file, block)
            os.fdatasync(file)
            count += 1
        return count / (time.monotonic() - started)
    finally:
        os.close(file)
        path.unlink()


def describe(folder):
    kind = require_durable(folder)
    return {"fileSystem": kind, "fsyncsPerS": round(measure_fsyncs_per_s(folder))}
