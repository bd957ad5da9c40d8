"""What differs between two versions of a template: in its rules, for every chart there could be, for a cohort."""
