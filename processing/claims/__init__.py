"""What may be said of a movement: its words, how texts are read, and whether what they say holds."""
