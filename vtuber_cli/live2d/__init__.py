"""A user's own Live2D model: its files, what its expressions mean, and how it is drawn.

Nothing of Live2D's is in this program. Model folders are read and judged here, without Live2D's library; only the
process that draws (`worker`) imports it, and only if the user installed it.
"""
