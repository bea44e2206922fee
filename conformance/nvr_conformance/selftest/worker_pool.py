"""Work spread over processes, each piece bounded in time: a worker that hangs is ended and replaced."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections import deque
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from multiprocessing.context import ForkServerProcess

Task = TypeVar("Task")
Answer = TypeVar("Answer")

PRELOAD = (
    "nvr_conformance.engine.judge",
    "nvr_emulator.server.embedding",
    "nvr_emulator.defects",
    "scapy.layers.rtp",
    "av",
)


@dataclass(frozen=True, slots=True)
class Lost:
    """A piece of work without an answer, and why."""

    reason: str


@dataclass(slots=True)
class _Worker(Generic[Task]):
    process: ForkServerProcess
    pipe: Connection
    task: Task | None = None
    deadline: float = 0.0


def spread(
    work: Callable[[Task], Answer],
    tasks: Sequence[Task],
    *,
    jobs: int,
    timeout: float,
    fresh: bool = False,
) -> Generator[tuple[Task, Answer | Lost]]:
    """Do ``work(task)`` for each task in ``jobs`` processes; answers come as they are ready.

    A task that takes more than ``timeout`` seconds, and one whose process dies, is Lost. ``work`` must be a
    function of a module. ``fresh``: each task has a process to itself. Closing the iterator ends
    all processes.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOAD))
    waiting = deque(tasks)
    workers: list[_Worker[Task]] = []

    def start() -> _Worker[Task]:
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(work, theirs), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    try:
        workers += [start() for _ in range(min(jobs, len(tasks)))]
        while True:
            for index, worker in enumerate(workers):
                if worker.task is None and waiting:
                    worker.task = waiting.popleft()
                    worker.deadline = time.monotonic() + timeout
                    try:
                        worker.pipe.send(worker.task)
                    except OSError:
                        waiting.appendleft(worker.task)
                        workers[index] = start()
            busy = [worker for worker in workers if worker.task is not None]
            if not busy:
                if waiting:
                    continue
                return
            left = min(worker.deadline for worker in busy) - time.monotonic()
            ready = wait([worker.pipe for worker in busy], max(left, 0.0))
            for index, worker in enumerate(workers):
                task = worker.task
                if task is None:
                    continue
                if worker.pipe in ready:
                    try:
                        answer: Answer | Lost = worker.pipe.recv()
                    except (EOFError, OSError):
                        answer = Lost("the process died")
                elif time.monotonic() >= worker.deadline:
                    answer = Lost(f"no answer within {timeout:.0f} s")
                else:
                    continue
                if fresh or isinstance(answer, Lost):
                    _end(worker)
                    workers[index] = start()
                worker.task = None
                yield task, answer
    finally:
        for worker in workers:
            _end(worker)


def _end(worker: _Worker[Task]) -> None:
    worker.pipe.close()
    worker.process.kill()
    worker.process.join(5)


def _serve(work: Callable[[Task], Answer], pipe: Connection) -> None:
    """A worker's life: one task after the other until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer: Answer | Lost = work(task)
        except Exception as problem:
            answer = Lost(f"{type(problem).__name__}: {problem}")
        pipe.send(answer)
