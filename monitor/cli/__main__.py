"""`python -m monitor.cli` is `measurewatch`."""

from monitor.cli.root import main

if __name__ == "__main__":
    main()
