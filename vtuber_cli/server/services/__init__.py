"""What a server does for clients without a talk: ears, a voice, fortunes."""
