"""Gives the tracker's pages `utils.parlour_widget(request)`."""
from parlour_tracker import widget


def init(tracker):
    tracker.registerUtil("parlour_widget", widget)
