"""The ground: territory, organisations, people."""
