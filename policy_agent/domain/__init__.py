"""The policy itself: people, facts, rules, decisions, holds. Pure, standard library only."""
