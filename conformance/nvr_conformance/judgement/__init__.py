"""What is asked (the catalogue), and what follows from the checks: plain data, nothing else of the judge
below it.
"""
