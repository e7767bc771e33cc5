"""Tells Parlour what changes in the tracker."""
from parlour_tracker import issue_changed, user_restored, user_retired


def init(db):
    db.issue.react("create", issue_changed)
    db.issue.react("set", issue_changed)
    db.user.react("retire", user_retired)
    db.user.react("restore", user_restored)
