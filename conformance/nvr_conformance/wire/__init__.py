"""What goes to a recorder and comes back, byte for byte: connections, streams, framing, the capture."""
