"""The recorder under judgement as scenarios see it (Target), and the client that talks to it."""
