"""Doors over HTTP: the small server that carries any ASGI application, and the applications themselves."""
