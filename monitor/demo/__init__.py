"""Simulated governments on loopback: a month of their life, and a load of them to measure with.

The City of Harborview, its council and the Cascadia Legislature are invented.
They borrow the place paths `us/wa/harborview` and `us/wa`, because places must
lie in a real state; nothing here describes Washington or any other real
government.
"""
