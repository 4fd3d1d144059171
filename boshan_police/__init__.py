"""Wiring of the portal: settings, addresses, servers. It may import every app; nobody imports it."""
