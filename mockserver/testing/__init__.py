"""What the plugin for pytest loads once a test needs it."""
