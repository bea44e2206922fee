"""What is on the wire of an i-PRO network disk recorder: no I/O, no clock, no asyncio."""
