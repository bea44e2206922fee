"""What cameras see and what is recorded of it: GOPs on a grid, audio, stretches, gaps. Knows no command."""
