"""CDS Hooks 2.0: a card when a chart is opened, and one when an order meets a safety rule."""
