"""The `hedger` command. Nothing heavy is imported here: each command imports what it uses."""
