"""Microsoft Graph: signing in, calls that are repeated with care, mail, subscriptions, people."""
