"""Runs scenarios under pytest, keeps their books, and judges. It emits events and knows no report."""
