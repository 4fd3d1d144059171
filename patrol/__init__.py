"""The forces: units, their duty and positions."""
