"""From the reviewed plan to the EHR: build one transaction, send it, read it back, and only then call it saved."""
