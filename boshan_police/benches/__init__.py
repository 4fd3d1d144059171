"""Benchmarks. Each module with a `run() -> dict` is one: floor and product measured in the same run, on this machine."""
