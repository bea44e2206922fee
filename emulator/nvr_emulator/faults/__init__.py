"""Faults of the network, the hardware and the clock: what each is, and what it does to packets and answers.

No I/O and no clock in here; `nvr_emulator.server` brings faults upon a running recorder. Firmware that is
wrong is a defect (`nvr_emulator.defects`).
"""
