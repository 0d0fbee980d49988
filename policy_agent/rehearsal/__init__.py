"""Rehearsal: what a rulebook would have done with past mail. Reads traffic, moves nothing."""
