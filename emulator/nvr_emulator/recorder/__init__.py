"""The recorder without I/O: commands and `now` in, replies and pictures out. No socket, no clock."""
