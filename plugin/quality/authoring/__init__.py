"""Starting a piece of a template: `careplan new`, and the schemas that editors complete from."""
