"""The product at its main job: a bank-holiday weekend, end to end, against a simulated tenant."""
