"""What is measured by hand; nothing here runs in the tests."""
