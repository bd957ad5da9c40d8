"""Forms that people fill in: the patient's own, on a tablet that was handed over, and the clinician's of facts."""
