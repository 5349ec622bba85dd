"""KOTO, beam dumps, Belle II, and what is published: studies that the paper does not have."""
