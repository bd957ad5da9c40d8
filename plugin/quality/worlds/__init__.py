"""The policy of drafting for many patients at once: those who were read, or every patient there could be."""
