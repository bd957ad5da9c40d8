"""Routes, page templates, static files and everything HTTP needs around them."""
