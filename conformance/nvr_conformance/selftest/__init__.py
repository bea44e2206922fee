"""The judge judged: one trial for each defect, the matrix, its files and page."""
