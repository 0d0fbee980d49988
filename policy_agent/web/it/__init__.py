"""Pages for IT and leaders: a module a page, and what several of them share."""
