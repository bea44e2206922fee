"""Every carrier, every field: where each field comes, and what its value must agree with (``table``)."""
