"""Who may come in: one layer before everything, and the rules it holds to."""
