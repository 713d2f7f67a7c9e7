"""Many buyers at once over keep-alive connections, from one thread (aiohttp). Answers are counted, not checked against the contract: a test
that wants that looks at the bodies it gets back."""
import asyncio
import json
from dataclasses import dataclass, field

import aiohttp


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes
    number: int  # of the request

    def json(self):
        return json.loads(self.body)


@dataclass
class Outcome:
    answers: list = field(default_factory=list)
    lost: int = 0  # requests without a whole answer: refused, cut off

    def with_status(self, status):
        return [answer for answer in self.answers if answer.status == status]

    def statuses(self):
        counts = {}
        for answer in self.answers:
            counts[answer.status] = counts.get(answer.status, 0) + 1
        return counts


async def run_crowd(url, requests, connections, on_answer, stopping):
    outcome = Outcome()
    timeout = aiohttp.ClientTimeout(total=120)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections), timeout=timeout) as session:
        async def visit():
            for number, (method, path, headers, body) in requests:
                if stopping():
                    return
                try:
                    async with session.request(method, url + path, headers=headers, data=body) as response:
                        answer = Answer(response.status, dict(response.headers), await response.read(), number)
                except (aiohttp.ClientError, OSError, asyncio.TimeoutError):
                    outcome.lost += 1
                    await asyncio.sleep(0.01)
                    continue
                outcome.answers.append(answer)
                if on_answer:
                    on_answer(answer)
        await asyncio.gather(*(visit() for _ in range(connections)))
    return outcome


def send_all(url, requests, connections=200, on_answer=None, stopping=lambda: False):
    """Sends every (method, path, headers, body) once, as fast as `connections` can, until `stopping()`. Returns an Outcome."""
    return asyncio.run(run_crowd(url, enumerate(requests), connections, on_answer, stopping))
