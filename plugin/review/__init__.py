"""The clinician's workspace: what the chart says, what the clinician added and decided, and the page made of it."""
