"""The one error of the private servers."""


class ServersUnavailable(Exception):
    """The private servers cannot run here. The message is for a person and names what mends it."""
