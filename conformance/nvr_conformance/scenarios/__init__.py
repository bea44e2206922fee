"""What is done to a recorder under judgement: pytest tests, a folder for each chapter of the document."""
