"""The journal: one ordered and bounded record of what a recorder was asked, answered and did."""
