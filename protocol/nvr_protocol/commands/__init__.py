"""URLs to commands and back, from one table: names, parameters, values, and what is wrong with a URL (§2
to §6).
"""
