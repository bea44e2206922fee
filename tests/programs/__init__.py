"""Other people's programs, as tests run them upon a recorder."""
