"""What a recorder is made of: settings as the user writes them, the plan that they are checked into,
recorder.toml.
"""
