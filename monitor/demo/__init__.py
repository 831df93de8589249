"""A simulated government on loopback, and a week of its life.

The City of Harborview and the Cascadia Legislature are invented. They borrow
the place paths `us/wa/harborview` and `us/wa`, because places must lie in a
real state; nothing here describes Washington or any other real government.
"""
