"""Figures to pages: the monthly report, the annual review, and every format they come in."""
