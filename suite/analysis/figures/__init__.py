"""Figures: plain values of what is drawn, the drawing of them, and which ones a report has."""
