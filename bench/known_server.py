"""Tiny HTTP servers with known behaviour, on a thread of the test: what the driver reports is held against what they did."""
import asyncio
import contextlib
import threading
import time


class KnownServer:
    """Answers every request after delay_s with `status`. With stall_at_request it stands still for stall_s once. Counts what it answered."""

    def __init__(self, *, delay_s=0.0, status=200, stall_at_request=None, stall_s=0.0, close_after=None):
        self.delay_s = delay_s
        self.status = status
        self.stall_at_request = stall_at_request
        self.stall_s = stall_s
        self.close_after = close_after  # requests on a connection, unannounced
        self.request_count = 0
        self.heads = []
        self.bodies = []

    async def serve(self, reader, writer):
        on_this_connection = 0
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
                body = await reader.readexactly(length)
                self.request_count += 1
                self.heads.append(head)
                self.bodies.append(body)
                if self.request_count == self.stall_at_request:
                    time.sleep(self.stall_s)  # the whole server: nobody is answered
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                writer.write(f"HTTP/1.1 {self.status} Known\r\nContent-Length: 5\r\n\r\nhello".encode())
                await writer.drain()
                on_this_connection += 1
                if on_this_connection == self.close_after:
                    break
        writer.close()


@contextlib.contextmanager
def running(server):
    """Runs a KnownServer; gives its address."""
    loop = asyncio.new_event_loop()
    listener = loop.run_until_complete(asyncio.start_server(server.serve, "127.0.0.1", 0, backlog=1024))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        listener.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
