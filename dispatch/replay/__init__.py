"""Feeding a dispatch log through the same services as the screens (docs/replay.md).

A log travels one way: `mapping` says what its columns mean, `log` reads rows, `placement` moves foreign places into
the district, `steps` turns a row into acts, `player` performs them, `figures` compares what came of it.
"""
