"""Chart cases: what a template reads from a chart, shown by charts and tried by changing how it reads."""
