"""Chance that can be repeated."""

import random


class Dice:
    """Throws that depend on nothing but the seed and what they are for.

    A crew that will accept after nine seconds does so after nine seconds even if the simulation was started anew
    in between, with nothing kept but the rows in the database.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def of(self, *what: object) -> random.Random:
        """The chance of one thing, such as ("accept", assignment)."""
        return random.Random(f"{self._seed} {what}")  # noqa: S311 - scenery, not secrets

    def seconds(self, least: float, most: float, *what: object) -> float:
        """How long one thing takes."""
        return self.of(*what).uniform(least, most)
