"""A third party's package: one of each kind of extension, what somebody else has to write."""
