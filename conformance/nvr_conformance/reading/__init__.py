"""The judge's own readers: bytes to structures by the document alone. They never raise, and share no
reader with what is judged.
"""
