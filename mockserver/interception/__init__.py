"""Clients that cannot be changed: certificates for the providers' own names."""
