"""nginx with one worker, serving one body under one path: the measure that `shop-reads` is held against.

It is set up to be quick: sendfile from an open-file cache, no access log, no limit on requests per connection.
"""
import pathlib
import shutil
import time
import urllib.error

from bench.server_process import BenchError, fetch, free_port, read_log, start_pinned, stop_process

CONFIGURATION = """
worker_processes 1;
worker_rlimit_nofile 65536;
daemon off;
master_process on;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 40000; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=10 inactive=600s;
  open_file_cache_valid 600s;
  etag off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location = {path} {{
      default_type {content_type};
      root {folder}/root;
{headers}
    }}
  }}
}}
"""
# nginx sends these itself, or they belong to the connection.
OWN_HEADERS = {"server", "date", "content-type", "content-length", "connection", "last-modified", "accept-ranges", "transfer-encoding", "keep-alive"}


class NginxServer:
    """Serves `body` at `path` with header lines like those in `headers`. A context: leaving stops it."""

    def __init__(self, folder, path, body, headers, cpus=None):
        self.folder = pathlib.Path(folder) / "nginx"
        self.path = path
        self.body = body
        self.headers = [(name, value) for name, value in headers if name.lower() not in OWN_HEADERS]
        self.content_type = next((value for name, value in headers if name.lower() == "content-type"), "application/json")
        self.cpus = cpus
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.process = None

    def __enter__(self):
        if not shutil.which("nginx"):
            raise BenchError("nginx is not installed (apt-get install nginx-light): there is nothing to compare with")
        file = self.folder / "root" / self.path.lstrip("/")
        file.parent.mkdir(parents=True)
        file.write_bytes(self.body)
        self.folder.chmod(0o755)
        for parent in self.folder.parents:
            if parent == pathlib.Path("/"):
                break
            if parent.stat().st_mode & 0o001 == 0 and parent.name.startswith("jangteo-bench-"):
                parent.chmod(0o755)  # the worker runs as another user
        configuration = self.folder / "nginx.conf"
        configuration.write_text(CONFIGURATION.format(folder=self.folder, port=self.port, path=self.path, content_type=self.content_type,
                                                      headers="\n".join(f"      add_header {name} {quoted(value)};"
                                                                        for name, value in self.headers)), encoding="utf-8")
        self.process = start_pinned(["nginx", "-c", configuration, "-e", self.folder / "nginx.log"], self.cpus, self.folder / "start.log")
        for _ in range(200):
            if self.process.poll() is not None:
                break
            try:
                status, _, body = fetch(f"http://{self.address}{self.path}", 5)
                if status == 200 and body == self.body:
                    return self
            except (OSError, urllib.error.URLError):
                pass
            time.sleep(0.02)
        stop_process(self.process)
        raise BenchError(f"nginx did not serve the page: {read_log(self.folder / 'start.log')}{read_log(self.folder / 'nginx.log')}")

    def __exit__(self, *_):
        stop_process(self.process)

    @property
    def worker_pid(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii").split()
        return int(children[0])


def quoted(value):
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "") + '"'
