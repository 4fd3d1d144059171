"""The demo district: real in size and shape, invented in everything else. Only `manage.py seed` and `demo` use it."""
