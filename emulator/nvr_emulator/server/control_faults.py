"""Faults on the control port: which hold, which there are, and bringing one about."""

from __future__ import annotations

from typing import Any

from nvr_emulator.configuration.fault_choice import read_fault
from nvr_emulator.faults.fault import Fault, FaultError
from nvr_emulator.faults.table import AnyFault, all_faults
from nvr_emulator.server.control_access import ControlError
from nvr_emulator.server.control_bodies import Done, FaultAnswer, FaultsAnswer
from nvr_emulator.server.control_calls import Call, Operation
from nvr_emulator.server.state import plain_fault


async def faults(call: Call) -> FaultsAnswer:
    """Which faults hold, and which there are."""
    holding = [FaultAnswer(**plain_fault(call.machine, held)) for held in call.machine.faults.holding]
    return FaultsAnswer(holding, all_faults())


async def add(call: Call) -> FaultAnswer:
    """Bring a fault about."""
    try:
        held = await call.machine.add_fault(call.body)
    except FaultError as error:
        raise ControlError(409, str(error)) from None
    return FaultAnswer(**plain_fault(call.machine, held))


async def remove(call: Call) -> Done:
    """Undo a fault."""
    text = call.path["number"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    try:
        await call.machine.remove_fault(number)
    except KeyError:
        raise ControlError(404, f"no fault {text[:40]!r} holds; GET /faults lists those that do") from None
    return Done()


async def clear(call: Call) -> Done:
    """Undo all faults."""
    await call.machine.clear_faults()
    return Done()


def _read(body: dict[str, Any]) -> Fault:
    return read_fault(body)


FAULTS = (
    Operation("GET", "/faults", "the faults that hold, and all that there are", FaultsAnswer, run=faults),
    Operation(
        "POST",
        "/faults",
        "brings a fault of the network, the hardware or the clock about",
        FaultAnswer,
        AnyFault,
        problems=(400, 409, 413, 415),
        run=add,
        read=_read,
    ),
    Operation("DELETE", "/faults", "undoes all faults", Done, run=clear),
    Operation("DELETE", "/faults/{number}", "undoes a fault", Done, problems=(404,), run=remove),
)
"""What can be asked of faults."""
