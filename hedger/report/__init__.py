"""What people and programs read of a run: terminal tables, a JSON document, a page, files."""
