"""Camera control (§4)."""
