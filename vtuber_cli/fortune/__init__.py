"""Fortunes: computed from the calendar, the sky and a checkable draw; told in two languages; no model needed."""
