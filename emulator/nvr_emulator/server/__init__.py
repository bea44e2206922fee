"""Everything with sockets and time: ports, HTTP, the media pump, the control port, the journal, clocks,
embedding.
"""
