"""What is taken along: pages for the board and for the patient, and text for a note. No HTML, no request."""
