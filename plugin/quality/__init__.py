"""The QA workbench: does a template do what it says, and what does it say in words that people can sign?"""
