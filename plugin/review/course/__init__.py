"""The course of the disease along one axis of time: from findings to positions. No HTML, no request."""
