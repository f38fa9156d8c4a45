"""What becomes of a run: its result and its text. Nothing in here reads or waits."""
