"""`python -m qa_service.cli`, where the command is not on the path."""

from qa_service.cli import main

main()
