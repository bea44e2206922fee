"""Defects of camera control (§4)."""
