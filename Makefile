# Everything is in start.py; this only saves typing.
.PHONY: demo test lint bench
demo test lint bench:
	python3 start.py $@
