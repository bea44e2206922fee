"""What may stand between a recorder and its judge: a TCP relay, a UDP path, nginx. Test support; no tests."""
