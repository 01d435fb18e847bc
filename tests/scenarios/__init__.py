"""The report's own cases, and the journey, through the public surface on both deployments."""
