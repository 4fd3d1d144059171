"""The events: incidents, assignments, escalation, the live board."""
