"""The events of a stream: reading frames from bytes, and showing each event once. Nothing in here reads or waits."""
