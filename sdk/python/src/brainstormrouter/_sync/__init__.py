"""The synchronous client. `_sync` is made from this folder by `scripts/make_sync.py`, word by word."""
