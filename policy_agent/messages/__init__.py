"""Texts that people read: messages and pages, which an organisation may put in its own words."""
