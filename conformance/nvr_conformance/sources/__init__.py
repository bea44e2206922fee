"""Where the target of a scenario comes from: a recorder, an embedded emulator, a rehearsal, kept evidence."""
