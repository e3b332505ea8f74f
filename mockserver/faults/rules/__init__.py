"""To whom something goes wrong, when and how often."""
