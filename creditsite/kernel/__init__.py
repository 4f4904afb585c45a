"""Small shared parts. No models; imports no app."""
