"""The conformance table and the engine that runs it."""
