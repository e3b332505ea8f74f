"""The Flask application: routes to providers, administration, and whatever a user adds."""
