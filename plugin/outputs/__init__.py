"""What is taken along: the page for the board, the page for the patient, and the text for a note. No HTML, no request."""
