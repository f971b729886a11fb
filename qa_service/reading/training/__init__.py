"""Trains the span reader; needs torch, so nothing that serves imports it."""
