"""The distributed deployment's parts as processes of one machine, without containers.

For development and tests: a real Kafka broker, a real PostgreSQL, and everything that
``docker-compose.yml`` names. Not for real data.
"""
