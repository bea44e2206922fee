"""Films for the tests of the importer."""
