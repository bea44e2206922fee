"""hypothesis against a reference model: steps, driver, model, shrinking, strategies."""
