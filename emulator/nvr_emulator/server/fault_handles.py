"""Faults as the program that embeds a recorder brings them about and undoes them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from typing import Any, Self

from nvr_emulator.configuration.fault_choice import fault_of, parse_fault
from nvr_emulator.faults.fault import Fault
from nvr_emulator.server.machine import Machine

Run = Callable[[Coroutine[Any, Any, Any]], Any]


class HeldFault:
    """A fault that was brought about. As a context manager it is undone at the end."""

    def __init__(self, faults: Faults, number: int, fault: Fault) -> None:
        self._faults = faults
        self.number = number
        self.fault = fault

    @property
    def struck(self) -> int:
        """How many packets or answers it has hit so far; 0 once it holds no more."""
        return self._faults.machine.faults.struck(self.number)

    @property
    def holds(self) -> bool:
        """Whether it still holds."""
        return any(held.number == self.number for held in self._faults.machine.faults.holding)

    def remove(self) -> None:
        """Undo it; harmless where it holds no more."""
        if self.holds:
            self._faults.remove(self.number)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.remove()

    def __repr__(self) -> str:
        return f"<fault {self.number}: {self.fault}>"


class Faults:
    """The faults of a recorder: `faults.add("rtp-loss", rate=0.02, seed=3)`."""

    def __init__(self, machine: Machine, run: Run) -> None:
        self.machine = machine
        self._run = run

    def add(self, fault: str | Fault, **parameters: object) -> HeldFault:
        """Bring a fault about, by its name and parameters or as `"rtp-loss:rate=0.02"`.

        `FaultError` (a ValueError) in one line where there is none such, or this recorder cannot have it.
        """
        if isinstance(fault, str):
            fault = parse_fault(fault) if ":" in fault else fault_of(fault, parameters)
        held = self._run(self.machine.add_fault(fault))
        return HeldFault(self, held.number, fault)

    def remove(self, fault: HeldFault | int) -> None:
        """Undo a fault. `KeyError` where it does not hold."""
        number = fault.number if isinstance(fault, HeldFault) else fault
        self._run(self.machine.remove_fault(number))

    def clear(self) -> None:
        """Undo all."""
        self._run(self.machine.clear_faults())

    def __iter__(self) -> Iterator[HeldFault]:
        return iter([HeldFault(self, held.number, held.fault) for held in self.machine.faults.holding])

    def __len__(self) -> int:
        return len(self.machine.faults.holding)

    def __repr__(self) -> str:
        return f"<faults: {', '.join(str(held.fault) for held in self) or 'none'}>"
