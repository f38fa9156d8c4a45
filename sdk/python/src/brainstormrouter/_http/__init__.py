"""What a request is made of, and when it is sent again. Nothing in here reads, waits or sends."""
